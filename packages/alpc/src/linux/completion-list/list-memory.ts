import { AlpcError } from "../../error.js";
import type { Section } from "../section.js";

/**
 * The section of a completion list: one page of control words, then the ring of requests (client to server), then the
 * ring of replies, each of `capacity` octets, a power of two.
 *
 * Control words are i32, each on a line of its own, so that nobody waits for a line that he does not need. For each
 * direction: tail (the producer's), head and awake (the consumer's). Every word has one writer, which never reads it back.
 * Tail and head count octets from the beginning, modulo 2^32, and are multiples of 8. Awake is odd while the consumer
 * looks for entries of its own accord, even while it sleeps: another number for each sleep of its thread, the same in all lists that
 * sleep together; 0 before it has looked at all.
 *
 * An entry: u32 length of the message (0: go on at the ring's start), u32 number of packets that the producer had sent
 * over the socket before it, modulo 2^32; then the message as it would be on the socket, padded to a multiple of 8.
 */
const CONTROL = 4096;
/** Words between two control words: 128 octets, as processors fetch lines in pairs. */
const LINE = 32;

/** Octets of one ring: an entry takes up to half of it, so that every message finds room. Little enough to stay in the cache. */
export const LIST_CAPACITY = 131_072;
/** Octets in front of a message. */
export const ENTRY_HEADER = 8;

export function listSize(capacity: number): number {
  return CONTROL + 2 * capacity;
}

/** One direction, as its two ends see it. */
export interface Ring {
  readonly control: Int32Array;
  /** Indexes into `control`. */
  readonly tail: number;
  readonly head: number;
  readonly awake: number;
  /** The ring itself; `pairs` are two words at once, for copies. */
  readonly words: Uint32Array;
  readonly pairs: BigInt64Array;
  readonly bytes: Buffer;
}

export interface ListMemory {
  readonly requests: Ring;
  readonly replies: Ring;
}

/** The memory of a mapped section; it is there until the section is closed. Throws AlpcError INSUFFICIENT_RESOURCES. */
export function listMemory(section: Section): ListMemory {
  const { buffer } = section.memory.lendWhole().bytes;
  if (!(buffer instanceof ArrayBuffer))
    throw new AlpcError("NOT_SUPPORTED", "memory that is not an ArrayBuffer");
  return ringsOf(buffer);
}

/** Rings in `buffer`, of listSize(capacity) octets. */
export function ringsOf(buffer: ArrayBufferLike): ListMemory {
  const capacity = (buffer.byteLength - CONTROL) / 2;
  const control = new Int32Array(buffer, 0, CONTROL / 4);
  const ring = (line: number, at: number): Ring => ({
    control,
    tail: line * LINE,
    head: (line + 1) * LINE,
    awake: (line + 2) * LINE,
    words: new Uint32Array(buffer, at, capacity / 4),
    pairs: new BigInt64Array(buffer, at, capacity / 8),
    bytes: Buffer.from(buffer, at, capacity),
  });
  return { requests: ring(0, CONTROL), replies: ring(3, CONTROL + capacity) };
}
