/** What values are aligned to, in octets. */
export type Alignment = 1 | 2 | 4 | 8;

/** How values lie in a message: C706 chapter 14, or the variant of MS-RPCE 2.2.5 with 64-bit counts and pointers. */
export type TransferSyntax = "ndr20" | "ndr64";

/** What one message may ask of a `Reader`. */
export interface ReaderLimits {
  /** Deepest nesting of recursive types, 1 and up. */
  readonly maxDepth: number;
  /**
   * Octets of memory, 0 and up, that the values of a message may take beyond 8 for each octet of it. An object takes 24 and 8 for
   * each property, so that only arrays of very small objects come to that (see `ReadCursor.charge`).
   */
  readonly maxOverhead: number;
}

/** How a `Writer` is set up. */
export interface WriterOptions {
  /** Octets of the first buffer, message headers included. */
  readonly capacity?: number;
  /** Octets kept free for message headers before stub offset 0. */
  readonly headroom?: number;
  /** Most stub octets of a message, up to `maxCount`. */
  readonly maxLength?: number;
  /** Deepest nesting of recursive types, 1 and up: also ends the encoding of a cyclic value. */
  readonly maxDepth?: number;
}

/** Largest count, offset or length on the wire (MS-RPCE 3.1.1.5.3.2, the strict checks of a "robust" decoder). */
export const maxCount = 0x7fff_ffff;

/** Rows that an array of several open dimensions may have without any elements: no octets stand for them. */
export const maxEmptyRows = 0x400;

/** Largest value of an NDR20 enum that is not a v1_enum (C706 14.2.6). */
export const maxEnum16 = 0x7fff;

/** Reader limits where none are given. The overhead is 1 MiB less what is not charged: what a message has once, however long it is. */
export const defaultReaderLimits: ReaderLimits = { maxDepth: 64, maxOverhead: 0xe_0000 };

/** Writer options where none are given. */
export const defaultWriterOptions: Required<WriterOptions> = {
  capacity: 1024,
  headroom: 0,
  maxLength: 0x1000_0000,
  maxDepth: 64,
};
