import { AlpcError } from "../error.js";
import { addressOf, C, errnoName, type LibC } from "./libc.js";
import { makeWasmMemory, tryWasmMemory, type WasmMemory } from "./wasm-memory.js";

/** The memory behind each array, as long as the array's buffer lives. */
const memories = new WeakMap<ArrayBufferLike, WasmMemory>();

/**
 * Maps the first `size` octets of `fd` for JavaScript to keep: as long as anything can reach the buffer, in any thread or
 * native operation, the mapping stays, and then the runtime itself removes it. Therefore it is laid over the memory of a
 * WebAssembly.Memory of its own: such a buffer cannot be transferred, so no owner can appear that nobody counts. What is
 * written to it stays in this process (the pages are private, copied when written). Null where the runtime has no
 * WebAssembly. `fd` stays the caller's; the file must not be able to shrink. Throws AlpcError INSUFFICIENT_RESOURCES.
 */
export function mapForGood(libc: LibC, fd: number, size: number): Uint8Array<ArrayBuffer> | null {
  const memory = makeWasmMemory(size);
  if (memory === null) return null;
  const { buffer } = memory;
  const bytes = new Uint8Array(buffer, 0, size);
  if (size > 0) lay(libc, addressOf(bytes), size, C.MAP_PRIVATE | C.MAP_NORESERVE, fd);
  memories.set(buffer, memory);
  return bytes;
}

/** Takes an array of mapForGood away now: it is detached, and its pages go. False if it is none. */
export function unmapForGood(libc: LibC, bytes: Uint8Array): boolean {
  const memory = memories.get(bytes.buffer);
  if (memory === undefined) return false;
  memories.delete(bytes.buffer);
  clear(libc, memory);
  return true;
}

/**
 * A second mapping of shared memory for JavaScript to see for a while, again and again, without a cost that grows with its
 * size: an ArrayBuffer over foreign memory counts as that much memory to be collected, each time. Arrays over it cannot be
 * transferred, and a native operation that still uses one when it has been taken away keeps the mapping.
 */
export class LastingWindow {
  readonly #libc: LibC;
  readonly #memory: WasmMemory;

  private constructor(libc: LibC, memory: WasmMemory) {
    this.#libc = libc;
    this.#memory = memory;
  }

  /** Of the `size` octets mapped at `address` with MAP_SHARED, whole pages. Null where that cannot be. */
  static over(libc: LibC, address: number, size: number): LastingWindow | null {
    const memory = tryWasmMemory(size);
    if (memory === null) return null;
    const target = addressOf(new Uint8Array(memory.buffer));
    // mremap(2): of a shared mapping, a length of 0 makes another one of the same pages.
    const at = libc.mremap(address, 0, size, C.MREMAP_MAYMOVE | C.MREMAP_FIXED, target);
    return at === C.MAP_FAILED ? null : new LastingWindow(libc, memory);
  }

  /** The first `length` octets; length 0 after the next `detach`. */
  lend(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, 0, length);
  }

  /** Takes away what was lent. */
  detach(): void {
    this.#memory.grow(0);
  }

  /** The same, and the memory goes. */
  unmap(): void {
    clear(this.#libc, this.#memory);
  }
}

/** Detaches the memory's arrays. The addresses stay the runtime's: what a native operation still reads there is zeros. */
function clear(libc: LibC, memory: WasmMemory): void {
  const whole = new Uint8Array(memory.buffer);
  if (whole.length > 0)
    lay(libc, addressOf(whole), whole.length, C.MAP_PRIVATE | C.MAP_ANONYMOUS | C.MAP_NORESERVE, -1);
  memory.grow(0);
}

function lay(libc: LibC, address: number, size: number, flags: number, fd: number): void {
  const at = libc.mmap(address, size, C.PROT_READ | C.PROT_WRITE, flags | C.MAP_FIXED, fd, 0);
  if (at !== C.MAP_FAILED) return;
  const errno = errnoName(libc.errno());
  throw new AlpcError("INSUFFICIENT_RESOURCES", `cannot map ${size} octets: ${errno}`, { errno });
}
