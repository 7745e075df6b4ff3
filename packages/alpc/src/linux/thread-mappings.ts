import { addressOf, C, type LibC } from "./libc.js";
import { tryWasmMemory, type WasmMemory } from "./wasm-memory.js";

/**
 * The memory that a worker thread has mapped. When a thread is terminated nobody unmaps anything; but the engine gives the
 * addresses of its own memory back. So what is mapped is laid over addresses of a WebAssembly.Memory.
 */
class ThreadMappings {
  readonly #libc: LibC;
  readonly #memories = new Map<number, WasmMemory>();

  constructor(libc: LibC) {
    this.#libc = libc;
  }

  map(size: number, protection: number, flags: number, fd: number, offset: number): number {
    const memory = tryWasmMemory(size);
    // Without such addresses, what is mapped stays until it is unmapped or the process ends.
    if (memory === null) return this.#libc.mmap(null, size, protection, flags, fd, offset);
    const start = addressOf(new Uint8Array(memory.buffer));
    const address = this.#libc.mmap(start, size, protection, flags | C.MAP_FIXED, fd, offset);
    if (address !== C.MAP_FAILED) this.#memories.set(address, memory);
    return address;
  }

  unmap(address: number, size: number): number {
    if (!this.#memories.delete(address)) return this.#libc.munmap(address, size);
    // The pages go now, the addresses when the engine has noticed that nobody has the memory any more.
    const flags = C.MAP_PRIVATE | C.MAP_ANONYMOUS | C.MAP_NORESERVE | C.MAP_FIXED;
    const at = this.#libc.mmap(address, size, C.PROT_READ | C.PROT_WRITE, flags, -1, 0);
    return at === C.MAP_FAILED ? -1 : 0;
  }
}

/** Has what this thread maps go with it. */
export function unmapWithThread(libc: LibC): LibC {
  const mappings = new ThreadMappings(libc);
  return {
    ...libc,
    mmap: (address, size, protection, flags, fd, offset) =>
      address === null
        ? mappings.map(size, protection, flags, fd, offset)
        : libc.mmap(address, size, protection, flags, fd, offset),
    munmap: (address, size) => mappings.unmap(address, size),
  };
}
