import { systemMemory } from "./system-memory.js";

/**
 * A copy of `bytes` in memory that nobody can change any more. A handler returns it (or a part of it) where its
 * interface has an [out] byte array, as often as it likes: clients map the same memory, so that an answer costs the same
 * whatever its size. Seal what is answered many times, or is large and does not change.
 *
 * The array is the caller's and looks like any other; what the caller writes to it stays in this process and is not in
 * what clients see. The memory goes when the array has been collected, or was given to releaseBytes, and the last client
 * has let go of its views. Where the system cannot seal memory (all but Linux, and where there is no WebAssembly) this is an
 * ordinary copy, and so are the answers. Throws AlpcError INSUFFICIENT_RESOURCES.
 */
export function sealBytes(bytes: Uint8Array): Uint8Array {
  return systemMemory === null ? new Uint8Array(bytes) : systemMemory.seal(bytes);
}

/**
 * As sealBytes, of `size` octets that `fill` writes in place, so that nothing is copied. The array that `fill` gets is
 * zeroed, and detached when it is done. Rejects with what `fill` throws, and with AlpcError INSUFFICIENT_RESOURCES.
 */
export async function createSealedBytes(
  size: number,
  fill: (target: Uint8Array) => void | Promise<void>,
): Promise<Uint8Array> {
  if (systemMemory !== null) return systemMemory.fillAndSeal(size, fill);
  const bytes = new Uint8Array(size);
  await fill(bytes);
  return bytes;
}
