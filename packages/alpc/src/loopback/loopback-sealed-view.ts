import { SealedView } from "../sealed-view.js";

/** Memory that nobody can change, of which mappings can be made. */
interface SealedMemory {
  map(): Uint8Array;
  copyTo(target: Uint8Array, offset: number): void;
}

/** A view whose receiver gets a mapping of its own, as in another process. */
export function sealedView(
  owner: object,
  memory: SealedMemory,
  { byteOffset, length }: Uint8Array,
): SealedView {
  let bytes: Uint8Array | null = null;
  const source = {
    get bytes(): Uint8Array {
      bytes ??= memory.map();
      return bytes;
    },
    copyTo: (target: Uint8Array, offset: number) => memory.copyTo(target, offset),
  };
  return new SealedView(owner, 0, source, byteOffset, length, () => {});
}
