import { AlpcError } from "../error.js";

/** The part of the WebAssembly API that is used here, which is not among Node's types. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
type WasmMemoryConstructor = new (descriptor: { readonly initial: number }) => WasmMemory;

const WASM_PAGE = 65_536;

/**
 * Addresses for `size` octets that are the engine's: it gives them back when nothing reaches the memory any more, and when its
 * thread ends. Null where the runtime has no WebAssembly. Throws AlpcError INSUFFICIENT_RESOURCES.
 */
export function makeWasmMemory(size: number): WasmMemory | null {
  const Memory = wasmMemoryConstructor();
  if (Memory === null) return null;
  try {
    return new Memory({ initial: Math.ceil(size / WASM_PAGE) });
  } catch (cause) {
    throw new AlpcError("INSUFFICIENT_RESOURCES", `no address space for ${size} octets`, { cause });
  }
}

/** The same; null also where there is no address space. */
export function tryWasmMemory(size: number): WasmMemory | null {
  try {
    return makeWasmMemory(size);
  } catch {
    return null;
  }
}

function wasmMemoryConstructor(): WasmMemoryConstructor | null {
  const api: unknown = Reflect.get(globalThis, "WebAssembly");
  const memory: unknown = typeof api === "object" && api !== null ? Reflect.get(api, "Memory") : undefined;
  return isConstructor(memory) ? memory : null;
}

function isConstructor(value: unknown): value is WasmMemoryConstructor {
  return typeof value === "function";
}
