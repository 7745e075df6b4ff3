/** Octets up to which a loop beats the runtime's own copy and a view made for it (measured, Node 20). */
const smallBlock = 32;

/** Octets from which memory that is not zeroed first pays (measured, Node 20). */
const largeBlock = 0x1000;

/** Copies all of `source` to `at` of `target`. */
export function putOctets(target: Buffer, at: number, source: Uint8Array): void {
  if (source.length > smallBlock) target.set(source, at);
  else for (let i = 0; i < source.length; i++) target[at + i] = source[i] ?? 0;
}

/** A copy of `length` octets from `at`, in memory of its own: the whole of its ArrayBuffer. */
export function copyOctets(source: Buffer, at: number, length: number): Uint8Array {
  // Memory of allocUnsafeSlow is never shared, and all of it is overwritten here.
  const copy =
    length < largeBlock ? new Uint8Array(length) : new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  if (length <= smallBlock) {
    for (let i = 0; i < length; i++) copy[i] = source[at + i] ?? 0;
  } else {
    copy.set(new Uint8Array(source.buffer, source.byteOffset + at, length));
  }
  return copy;
}

/** Reverses the octets of each element of `size` octets, in place. */
export function swapOctets(octets: Uint8Array, size: number): void {
  const view = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (size === 2) view.swap16();
  else if (size === 4) view.swap32();
  else if (size === 8) view.swap64();
}
