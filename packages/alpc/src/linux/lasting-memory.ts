import { AlpcError } from "../error.js";
import { addressOf, C, errnoName, type LibC } from "./libc.js";

/** The part of the WebAssembly API that is used here, which is not among Node's types. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
type WasmMemoryConstructor = new (descriptor: { readonly initial: number }) => WasmMemory;

const WASM_PAGE = 65_536;

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
  const Memory = wasmMemory();
  if (Memory === null) return null;
  let memory: WasmMemory;
  try {
    memory = new Memory({ initial: Math.ceil(size / WASM_PAGE) });
  } catch (cause) {
    throw new AlpcError("INSUFFICIENT_RESOURCES", `no address space for ${size} octets`, { cause });
  }
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
  const whole = new Uint8Array(memory.buffer);
  // The addresses stay the runtime's: what a native operation still reads there is zeros.
  if (whole.length > 0)
    lay(libc, addressOf(whole), whole.length, C.MAP_PRIVATE | C.MAP_ANONYMOUS | C.MAP_NORESERVE, -1);
  memory.grow(0);
  return true;
}

function lay(libc: LibC, address: number, size: number, flags: number, fd: number): void {
  const at = libc.mmap(address, size, C.PROT_READ | C.PROT_WRITE, flags | C.MAP_FIXED, fd, 0);
  if (at !== C.MAP_FAILED) return;
  const errno = errnoName(libc.errno());
  throw new AlpcError("INSUFFICIENT_RESOURCES", `cannot map ${size} octets: ${errno}`, { errno });
}

function wasmMemory(): WasmMemoryConstructor | null {
  const api: unknown = Reflect.get(globalThis, "WebAssembly");
  const memory: unknown = typeof api === "object" && api !== null ? Reflect.get(api, "Memory") : undefined;
  return isConstructor(memory) ? memory : null;
}

function isConstructor(value: unknown): value is WasmMemoryConstructor {
  return typeof value === "function";
}
