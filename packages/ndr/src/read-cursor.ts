import { NdrError, type NdrErrorCode } from "./error.js";
import { type Alignment, defaultReaderLimits, type ReaderLimits } from "./limits.js";

/** An array of octets that belongs to the stub data but lies elsewhere. */
export interface ApartArray {
  readonly bytes: Uint8Array;
  /** The stub offset at which it was left out, which that of everything behind it counts it in. */
  readonly offset: number;
}

export interface AttachOptions {
  /** The octets are the message's for good. */
  readonly owned?: boolean;
  /** Answered by `bytes` as it is. Its octets are not in the window. */
  readonly apart?: ApartArray | null;
}

/**
 * Where a message is read: a window of a buffer that nobody changes meanwhile, the position in it, and for the messages of
 * errors the path of the member that is being read.
 */
export class ReadCursor {
  protected readonly limits: ReaderLimits;
  protected readonly littleEndian: boolean;
  protected buffer: Buffer = nothing;
  protected view: DataView = viewOfNothing;
  /** The buffer's octets as a plain array, for copies. */
  protected octets: Uint8Array = octetsOfNothing;
  #start = 0;
  protected position = 0;
  protected end = 0;
  /** Whether the octets are the message's for good. */
  protected owned = false;
  /** The array that lies apart, until it is read, and the position at which it comes. */
  #apart: Uint8Array | null = null;
  #apartAt = -1;
  /** Octets of memory that values take, less 8 for each octet that they came from: as far as `charge` was told. */
  #overhead = 0;
  /** The member that is being read, within those of `#outer`; of the last of these the element, or -1. */
  #member = "";
  #index = -1;
  #level = 0;
  readonly #outer: string[] = [];
  readonly #outerIndexes: number[] = [];

  constructor(limits: Partial<ReaderLimits> = {}, littleEndian = true) {
    const { maxDepth, maxOverhead } = { ...defaultReaderLimits, ...limits };
    this.limits = { maxDepth, maxOverhead };
    this.littleEndian = littleEndian;
  }

  /**
   * Starts on the stub data at `start`, `length` octets, of `buffer`. `owned`: the octets are the message's for good, so
   * `bytes` may answer windows on them instead of copies.
   */
  attach(buffer: Buffer, start: number, length: number, options?: AttachOptions): void {
    if (!(start >= 0 && length >= 0 && start + length <= buffer.length)) {
      throw new NdrError("short_data", `stub data of ${length} octets at ${start} of ${buffer.length}`, null);
    }
    if (buffer !== this.buffer) {
      this.buffer = buffer;
      const isNothing = buffer === nothing;
      this.view = isNothing
        ? viewOfNothing
        : new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      this.octets = isNothing
        ? octetsOfNothing
        : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    }
    this.#start = start;
    this.position = start;
    this.end = start + length;
    this.owned = options?.owned ?? false;
    const apart = options?.apart ?? null;
    this.#apart = apart === null ? null : apart.bytes;
    this.#apartAt = apart === null ? -1 : start + apart.offset;
    this.#overhead = 0;
    this.#member = "";
    this.#index = -1;
    this.#level = 0;
  }

  /** Lets go of the buffer. */
  detach(): void {
    this.attach(nothing, 0, 0);
  }

  /** Stub octets read. */
  get offset(): number {
    return this.position - this.#start;
  }

  /** Stub octets left. */
  get remaining(): number {
    return this.end - this.position + (this.#apart === null ? 0 : this.#apart.length);
  }

  /** Takes everything that is left and does not lie apart: a window of the buffer. */
  rest(): Buffer {
    const { position } = this;
    this.position = this.end;
    return this.buffer.subarray(position, this.end);
  }

  /** Names what is read next: a member, or `Method.parameter`. */
  at(member: string): this {
    this.#member = member;
    return this;
  }

  /** Names a member whose own members or elements are read next, until `up`. An array within an array has no name. */
  down(member = ""): this {
    const level = this.#level++;
    this.#outer[level] = member;
    this.#outerIndexes[level] = this.#index;
    this.#index = -1;
    this.#member = "";
    return this;
  }

  /** Names the element that is read next of the array that `down` named. */
  index(i: number): this {
    this.#index = i;
    this.#member = "";
    return this;
  }

  /** The end of what `down` named; answers `value`, which was read since. */
  up(): void;
  up<T>(value: T): T;
  up<T>(value?: T): T | undefined {
    this.#level--;
    this.#index = this.#outerIndexes[this.#level] ?? -1;
    this.#member = "";
    return value;
  }

  /** Members of fixed size, one after the other: skips padding to `alignment`, takes `size` octets and answers where they begin. */
  run(alignment: Alignment, size: number): number {
    return this.take(alignment, size);
  }

  /** Skips padding to `alignment`, takes `size` octets and answers their position in the buffer. */
  protected take(alignment: number, size: number): number {
    const { position } = this;
    // Only the low bits of the offset count, and subtraction in 32 bits keeps those.
    const at = position + ((this.#start - position) & (alignment - 1));
    const next = at + size;
    if (next > this.end) this.#tooShort(size, at);
    this.position = next;
    return at;
  }

  /** The array that lies apart if it comes here and has `count` octets; else null. */
  protected takeApart(count: number): Uint8Array | null {
    const apart = this.#apart;
    if (apart === null || this.position !== this.#apartAt || apart.length !== count) return null;
    this.#apart = null;
    this.#start -= count;
    return apart;
  }

  /**
   * Notes that values take so many octets of memory more than 8 for each octet that they are read from, or fewer if negative:
   * 24 for an object and 8 for each property, 8 for an element of an array, 208 for a typed array, as V8 has them on 64-bit machines.
   * What is sure to take no more than that need not be noted. Refuses a message that takes more than `maxOverhead` in sum.
   */
  protected charge(octets: number): void {
    this.#overhead += octets;
    if (this.#overhead > this.limits.maxOverhead) this.#tooMuch();
  }

  #tooMuch(): never {
    const { maxOverhead } = this.limits;
    const message = `values that take more than 8 octets of memory for each of the message and ${maxOverhead}`;
    this.fail("limit_exceeded", message, this.position);
  }

  #tooShort(size: number, at: number): never {
    this.fail("short_data", `${size} octets expected, ${Math.max(this.end - at, 0)} left`, at);
  }

  /** `at` is a position in the buffer. `message` says what `subject` is: the member that is being read unless said otherwise. */
  protected fail(code: NdrErrorCode, message: string, at: number, subject: string = this.#member): never {
    throw new NdrError(code, message, at - this.#start, this.#path(subject) || null);
  }

  #path(member: string): string {
    let path = "";
    for (let level = 0; level < this.#level; level++) {
      const name = this.#outer[level] ?? "";
      const index = level + 1 < this.#level ? (this.#outerIndexes[level + 1] ?? -1) : this.#index;
      path += (path === "" || name === "" ? name : `.${name}`) + (index < 0 ? "" : `[${index}]`);
    }
    return path === "" || member === "" ? path + member : `${path}.${member}`;
  }
}

const nothing = Buffer.alloc(0);
const viewOfNothing = new DataView(nothing.buffer, nothing.byteOffset, 0);
const octetsOfNothing = new Uint8Array(0);
