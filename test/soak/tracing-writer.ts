import { Writer, Writer64 } from "@ncalrpc/ndr";

/** How octets of an accepted input may differ from those that were written in their place. */
export type Freedom = "any" | "truth" | "nan" | "max" | "id";

/** Octets that a decoder does not keep as they are. */
export interface FreeOctets {
  readonly from: number;
  readonly to: number;
  readonly freedom: Freedom;
  /** The actual count, which a max count is not below. */
  readonly least?: number;
}

/** A writer that notes where padding, referent ids, flags and the like lie in what it writes. */
export interface TracingWriter extends Writer {
  readonly free: FreeOctets[];
}

/** Such a writer of either transfer syntax. */
export const tracingWriters: Readonly<Record<"ndr20" | "ndr64", new () => TracingWriter>> = {
  ndr20: tracing(Writer),
  ndr64: tracing(Writer64),
};

function tracing(Base: typeof Writer): new () => TracingWriter {
  return class extends Base {
    free: FreeOctets[] = [];
    #pointers: Freedom = "truth";
    /** Max counts, which may be those of strings that come later in their structs: where they are, their size, and what they say. */
    #hoisted: { readonly from: number; readonly size: number; readonly count: number }[] = [];

    override reset(headroom?: number): void {
      super.reset(headroom);
      this.free = [];
      this.#hoisted = [];
      this.#pointers = "truth";
    }

    protected override claim(alignment: number, size: number): number {
      const before = this.length;
      const at = super.claim(alignment, size);
      const padding = this.length - size - before;
      if (padding > 0) this.free.push({ from: before, to: before + padding, freedom: "any" });
      return at;
    }

    override padAt(at: number, size: number): void {
      super.padAt(at, size);
      this.#mark(at - this.start, size, "any");
    }

    override booleanAt(at: number, v: boolean): void {
      super.booleanAt(at, v);
      this.#mark(at - this.start, 1, "truth");
    }

    override float32At(at: number, v: number): void {
      super.float32At(at, v);
      if (Number.isNaN(v)) this.#mark(at - this.start, 4, "nan");
    }

    override float64At(at: number, v: number): void {
      super.float64At(at, v);
      if (Number.isNaN(v)) this.#mark(at - this.start, 8, "nan");
    }

    override float32Array(v: Float32Array): void {
      super.float32Array(v);
      if (v.some(Number.isNaN)) this.#markNaN(v, 4);
    }

    override float64Array(v: Float64Array): void {
      super.float64Array(v);
      if (v.some(Number.isNaN)) this.#markNaN(v, 8);
    }

    override pointer(present: boolean): void {
      super.pointer(present);
      const size = this instanceof Writer64 ? 8 : 4;
      // Of an [ignore] pointer only the place is sent; that of another one brings octets, which would be missing.
      this.#mark(this.length - size, size, present ? this.#pointers : "any");
    }

    override refPointer(): void {
      this.#as("any", () => super.refPointer());
    }

    override refElements(n: number): void {
      this.#as("any", () => super.refElements(n));
    }

    override fullPointer(v: object | null): void {
      this.#as("id", () => super.fullPointer(v));
    }

    override count(n: number): void {
      super.count(n);
      const size = this instanceof Writer64 ? 8 : 4;
      this.#hoisted.push({ from: this.length - size, size, count: n });
    }

    protected override varyingCounts(actual: number, unitSize: number): number {
      // A string at the end of a struct, without size_is: its max count came before the struct, and is not kept.
      const index = this.#hoisted.findLastIndex(({ count }) => count === actual);
      for (const { from, size } of this.#hoisted.splice(index, index < 0 ? 0 : 1)) {
        this.free.push({ from, to: from + size, freedom: "max", least: actual });
      }
      return super.varyingCounts(actual, unitSize);
    }

    protected override stringCounts(max: number, actual: number, unitSize: number): number {
      const size = this instanceof Writer64 ? 8 : 4;
      const at = super.stringCounts(max, actual, unitSize);
      const counts = size === 4 ? 12 : 24;
      const from = at - this.start - counts;
      // Where size_is of what is not read gives the max count, it is only compared with the actual count.
      this.free.push({ from, to: from + size, freedom: "max", least: actual });
      return at;
    }

    #as(freedom: Freedom, write: () => void): void {
      this.#pointers = freedom;
      write();
      this.#pointers = "truth";
    }

    #markNaN(v: Float32Array | Float64Array, size: number): void {
      const from = this.length - v.length * size;
      for (const [i, value] of v.entries()) {
        if (Number.isNaN(value)) this.#mark(from + i * size, size, "nan");
      }
    }

    #mark(from: number, size: number, freedom: Freedom): void {
      this.free.push({ from, to: from + size, freedom });
    }
  };
}

/**
 * What is wrong with `input`, of which `length` octets were accepted, beside what was `written` for its value; null if they are
 * the same but for what decoders do not keep.
 */
export function findDifference(input: Buffer, length: number, writer: TracingWriter): string | null {
  if (writer.length !== length) return `${length} octets read, ${writer.length} written`;
  const written = flat(writer);
  if (input.compare(written, 0, length, 0, length) === 0) return null;
  const accounted = new Uint8Array(length);
  const ids = new Map<string, string>();
  const idsBack = new Map<string, string>();
  for (const { from, to, freedom, least = 0 } of writer.free) {
    const a = input.subarray(from, to);
    const b = written.subarray(from, to);
    const fault = compare(freedom, a, b, least);
    if (fault !== null) return `${fault} at ${from}`;
    if (freedom === "id" && isSet(b)) {
      const [one, other] = [a.toString("hex"), b.toString("hex")];
      if ((ids.get(one) ?? other) !== other || (idsBack.get(other) ?? one) !== one) {
        return `full pointers at ${from} are not aliases of the same`;
      }
      ids.set(one, other);
      idsBack.set(other, one);
    }
    accounted.fill(1, from, to);
  }
  for (let at = 0; at < length; at++) {
    if (input[at] !== written[at] && accounted[at] === 0) return `octet ${at} differs`;
  }
  return null;
}

/** What was written, in one piece. */
export function flat(writer: Writer): Buffer {
  writer.flatten();
  return writer.buffer;
}

function compare(freedom: Freedom, input: Buffer, written: Buffer, least: number): string | null {
  switch (freedom) {
    case "any":
      return null;
    case "truth":
    case "id":
      return isSet(input) === isSet(written) ? null : "one of null and not null";
    case "nan":
      return isNaNOf(input) ? null : "NaN for a number";
    case "max":
      return input.readUInt32LE() >= least ? null : "a max count below the actual count";
  }
}

function isSet(octets: Buffer): boolean {
  return octets.some((octet) => octet !== 0);
}

function isNaNOf(octets: Buffer): boolean {
  return Number.isNaN(octets.length === 4 ? octets.readFloatLE() : octets.readDoubleLE());
}
