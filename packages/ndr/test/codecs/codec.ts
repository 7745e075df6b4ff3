import type { Reader, Writer } from "../../src/index.js";

/** How the parameters of one vector are written and read, in the style of generated code. */
export interface Codec {
  write(w: Writer, value: unknown): void;
  read(r: Reader): unknown;
}

/** Forgets the type of the value: the vectors' values come from a data file, and each has the type of its codec. */
export function codec<T>(write: (w: Writer, value: T) => void, read: (r: Reader) => T): Codec {
  return { write: (w, value) => write(w, value as T), read };
}
