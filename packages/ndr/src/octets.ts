/** Octets up to which a loop beats the runtime's own copy and a view made for it (measured, Node 20). */
const smallBlock = 32;

/** Octets from which memory that is not zeroed first pays (measured, Node 20). */
const largeBlock = 0x1000;

/** Copies all of `source` to `at` of `target`. */
export function putOctets(target: Buffer, at: number, source: Uint8Array): void {
  if (source.length > smallBlock) target.set(source, at);
  else for (let i = 0; i < source.length; i++) target[at + i] = source[i] ?? 0;
}

/** A copy of `length` octets from `at`, in memory of its own: the whole of its ArrayBuffer. `source` is no Buffer, whose `slice` would be a window. */
export function copyOctets(source: Uint8Array, at: number, length: number): Uint8Array {
  if (length < largeBlock) return source.slice(at, at + length);
  // Memory of allocUnsafeSlow is never shared, and all of it is overwritten here.
  const copy = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  copy.set(source.subarray(at, at + length));
  return copy;
}

/** Reverses the octets of each element of `size` octets, in place. */
export function swapOctets(octets: Uint8Array, size: number): void {
  const view = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  if (size === 2) view.swap16();
  else if (size === 4) view.swap32();
  else if (size === 8) view.swap64();
}
