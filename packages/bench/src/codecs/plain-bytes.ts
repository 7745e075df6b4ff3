import { isBytes } from "./messages.js";

/** The decoded value, in which bytes may have come as a Buffer. */
export function plainBytes(decoded: unknown): unknown {
  return isBytes(decoded) ? { data: new Uint8Array(decoded.data) } : decoded;
}
