import { SealedView } from "../sealed-view.js";

/** Memory that nobody can change, of which mappings can be made. */
interface SealedMemory {
  map(): Uint8Array;
}

/**
 * A view whose receiver gets a mapping of its own, as in another process. It is made at once: the sender may close the
 * memory, or end, before the message is read.
 */
export function sealedView(
  owner: object,
  memory: SealedMemory,
  { byteOffset, length }: Uint8Array,
): SealedView {
  const bytes = memory.map();
  const source = {
    bytes,
    copyTo: (target: Uint8Array, offset: number) =>
      target.set(bytes.subarray(offset, offset + target.length)),
  };
  return new SealedView(owner, 0, source, byteOffset, length, () => {});
}
