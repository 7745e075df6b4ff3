import { NdrError } from "./error.js";
import { guidSize, nilGuid, writeGuid } from "./guid.js";
import { type Alignment, defaultWriterOptions, type WriterOptions } from "./limits.js";
import { shown } from "./scalar-writer.js";
import { StringWriter } from "./string-writer.js";
import type { SystemHandle } from "./system-handle.js";
import { typeHeaderSize, writeTypeHeader } from "./type-header.js";
import { TypeMemory } from "./type-memory.js";
import { ValuePath } from "./value-path.js";

/** First referent id, and the step to the next: what Windows sends (MS-RPCE 2.2.4.4 leaves both free). */
const firstReferent = 0x0002_0000;
const referentStep = 4;

/** The writer of serialized types and their memory, between two of them. */
let spare: { readonly w: Writer; readonly memory: TypeMemory } | null = null;

/**
 * Encodes stub data in NDR20, little-endian (C706 chapter 14), in one buffer that is reused from message to message;
 * `Writer64` does so in NDR64, behind the same calls. Every method aligns itself, relative to stub offset 0, and writes zeros
 * as padding. All errors are `NdrError`; after one the message is incomplete and the next use starts with `reset`. Array
 * elements and large blocks are copied as they lie in memory, which is little-endian on every system that we run on.
 */
export class Writer extends StringWriter {
  /** System handles that are to travel with the message: of who sends it, and takes them. */
  handles: SystemHandle[] | null = null;
  readonly #maxDepth: number;
  protected nextReferent = firstReferent;
  #depth = 0;
  /** Whether this writes once more what could not be written. */
  #isTrial = false;
  /** The objects that full pointers of this message point to, with their ids: negative until the referent is written. */
  #fullReferents: Map<object, number> | null = null;

  constructor(options: WriterOptions = {}) {
    super(options);
    this.#maxDepth = options.maxDepth ?? defaultWriterOptions.maxDepth;
  }

  override reset(headroom?: number): void {
    super.reset(headroom);
    this.#forget();
  }

  override attach(buffer: Buffer, start: number, capacity: number, headroom: number, view?: DataView): void {
    super.attach(buffer, start, capacity, headroom, view);
    this.#forget();
  }

  #forget(): void {
    this.nextReferent = firstReferent;
    this.#depth = 0;
    this.#fullReferents = null;
  }

  /** Pads with zeros to a multiple of `n`, or of `wide` in NDR64, as in front of a structure with that alignment. */
  align(n: Alignment, _wide?: Alignment): void {
    this.claim(n, 0);
  }

  /** The padding at the end of a structure, which only NDR64 has (MS-RPCE 2.2.5.3.4.1). */
  trail(_n: Alignment): void {}

  /** The referent id of a unique pointer: 0, or the next unused id. */
  pointer(present: boolean): void {
    const at = this.claim(4, 4);
    if (present) {
      this.view.setUint32(at, this.nextReferent, true);
      this.nextReferent += referentStep;
    } else {
      this.view.setUint32(at, 0, true);
    }
  }

  /**
   * The referent id of a full pointer: the same for the same object all over a message. Whether its referent follows, now
   * or deferred, `fullReferent` says.
   */
  fullPointer(v: object | null): void {
    const known = v === null ? undefined : this.#fullReferents?.get(v);
    const next = this.nextReferent;
    if (known !== undefined) this.nextReferent = Math.abs(known);
    this.pointer(v !== null);
    if (known !== undefined) this.nextReferent = next;
    else if (v !== null) {
      this.checkBlock(typeof v === "object", "an object behind a full pointer", v);
      this.#fullReferents ??= new Map();
      this.#fullReferents.set(v, -next);
    }
  }

  /** Whether what a full pointer points to is to be written at this place: true once for each object. */
  fullReferent(v: object | null): v is object {
    if (v === null) return false;
    const known = this.#fullReferents?.get(v) ?? 0;
    if (known >= 0) return false;
    this.#fullReferents?.set(v, -known);
    return true;
  }

  /** The octets that stand for an embedded reference pointer: any value but zero. */
  refPointer(): void {
    this.pointer(true);
  }

  /** The places of `n` reference pointers in an array: NDR20 has none (C706 14.3.12.3). */
  refElements(_n: number): void {}

  /** The max count of a conformant array, 0 to 2^31-1. */
  count(n: number): void {
    this.checkCount(n);
    const at = this.claim(4, 4);
    this.view.setUint32(at, n, true);
  }

  /** Offset and actual count of a varying array, each 0 to 2^31-1. */
  variance(offset: number, actual: number): void {
    this.checkCount(offset);
    this.checkCount(actual);
    const at = this.claim(4, 8);
    this.view.setUint32(at, offset, true);
    this.view.setUint32(at + 4, actual, true);
  }

  /** The count of a chunk of a pipe, 1 and up; its elements and `chunkEnd` follow (C706 14.3.10). */
  chunk(n: number): void {
    if (n === 0) this.fail("invalid_bound", "a pipe has an empty chunk");
    this.count(n);
  }

  /** What follows the elements of a chunk: in NDR64 the count once more, negated (MS-RPCE 2.2.5.3.5). */
  chunkEnd(_n: number): void {}

  /** The end of a pipe: an empty chunk. */
  pipeEnd(): void {
    this.count(0);
    this.chunkEnd(0);
  }

  /** A GUID in its text form, either case. */
  guid(v: string): void {
    this.guidAt(this.claim(4, guidSize), v);
  }

  guidAt(at: number, v: string): void {
    if (typeof v !== "string" || !writeGuid(this.octets, at, v)) this.refuse("a GUID", v);
  }

  /** A context handle: attributes 0 and its GUID, or 20 zero octets for null (C706 14.2.16.6; MS-RPCE 2.2.4.13). */
  contextHandle(v: string | null): void {
    const at = this.claim(4, 4 + guidSize);
    this.view.setUint32(at, 0, true);
    if (v === null) this.octets.fill(0, at + 4, at + 4 + guidSize);
    else if (typeof v !== "string" || v === nilGuid || !writeGuid(this.octets, at + 4, v)) {
      this.refuse("the GUID of a context handle", v);
    }
  }

  /** Enters a nested value of a recursive type; every `enter` has its `leave`. */
  enter(): void {
    this.#depth++;
    if (this.#depth > this.#maxDepth) {
      this.fail("depth_exceeded", `nested deeper than ${this.#maxDepth}: a cycle, or too long a list`);
    }
  }

  leave(): void {
    this.#depth--;
  }

  /** Refuses a union's tag that no arm of it stands for. */
  invalidTag(union: string, tag: unknown): never {
    this.fail("invalid_tag", `${union}: no arm for tag ${shown(tag)}`);
  }

  /**
   * For generated code: `error`, which `write` threw for `value`, with the path of what is at fault, from `name` on. Nothing is kept
   * for that while values are written: this writes the value once more, and sees what is taken of it last. `others` are what
   * `write` takes beside it.
   */
  located<T, O extends readonly unknown[]>(
    error: unknown,
    name: string,
    value: T,
    write: (w: Writer, value: T, ...others: O) => void,
    ...others: O
  ): unknown {
    if (this.#isTrial || !(error instanceof NdrError)) return error;
    const trial = this.another({ maxDepth: this.#maxDepth });
    trial.#isTrial = true;
    const path = new ValuePath(name);
    try {
      write(trial, path.watched(value), ...others);
    } catch (again) {
      if (again instanceof NdrError && again.code === error.code) {
        return new NdrError(error.code, again.reason, error.offset, path.pathOf(again.path) || null);
      }
    }
    return error;
  }

  /** `write`, whose errors name `path` from then on: a chunk of a pipe, which any method may have. */
  static named<T>(write: (w: Writer, value: T) => void, path: string): (w: Writer, value: T) => void {
    return (w, value) => {
      try {
        write(w, value);
      } catch (error) {
        throw w.located(error, path, value, write);
      }
    };
  }

  /** A writer of the same transfer syntax. */
  protected another(options: WriterOptions): Writer {
    return new Writer(options);
  }

  /**
   * Encodes a value in type serialization version 1 (MS-RPCE 2.2.6), in octets that nobody else has; small ones may lie in one
   * ArrayBuffer with those of other Buffers. `isPrimitive`: a type that is no
   * struct, union, array, string or pointer has no header of its own there.
   */
  static encodeType<T>(value: T, write: (w: Writer, value: T) => void, isPrimitive: boolean): Uint8Array {
    const headers = isPrimitive ? typeHeaderSize : 2 * typeHeaderSize;
    // Taken meanwhile: a getter of the value may encode another one.
    const taken = spare ?? { w: new Writer(), memory: new TypeMemory() };
    const { w, memory } = taken;
    spare = null;
    memory.attach(w, headers);
    try {
      write(w, value);
    } catch (error) {
      throw w.located(error, "", value, write);
    }
    w.align(typeHeaderSize);
    const octets = memory.take(w, headers);
    writeTypeHeader(octets, w.length, isPrimitive);
    w.reset();
    spare = taken;
    return octets;
  }

  /** All chunks of a pipe that is sent within one message, without empty ones, which would end it. */
  static async drain<T extends { readonly length: number }>(
    source: AsyncIterable<T> | Iterable<T>,
  ): Promise<T[]> {
    const chunks: T[] = [];
    for await (const chunk of source) if (chunk.length > 0) chunks.push(chunk);
    return chunks;
  }
}
