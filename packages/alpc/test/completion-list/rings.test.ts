import { describe, expect, it } from "vitest";
import { NOTHING, WAITS_FOR_SOCKET } from "../../src/linux/completion-list/list-consumer.js";
import { LIST_CAPACITY, listSize } from "../../src/linux/completion-list/list-memory.js";
import { MAX_MESSAGE_LENGTH } from "../../src/message.js";
import { type Ends, MAX_LENGTH, newEnds, random, readValue, SHORTEST, write } from "./list-ends.js";

const STEPS = Number(process.env["NCALRPC_FUZZ"] ?? 100_000);
const CAPACITY = 4096;
const broken = expect.objectContaining({ name: "AlpcError", status: "INVALID_MESSAGE" });
const take = ({ consumer, packet }: Ends, socketCount = 0) => consumer.take(packet, MAX_LENGTH, socketCount);

describe("a ring", () => {
  it("has room for every message that a port carries, wherever it begins", () => {
    const ends = newEnds(LIST_CAPACITY);
    const step = 24_568;
    for (let moved = 0; moved < 3 * LIST_CAPACITY; moved += step + 8) {
      for (const length of [step, MAX_MESSAGE_LENGTH]) {
        if (!write(ends, length, moved)) throw new Error(`no room for ${length} octets at ${moved}`);
        ends.producer.publish();
        expect([take(ends), readValue(ends, length)]).toEqual([length, moved]);
        ends.consumer.publish();
      }
    }
  });

  it("carries messages of all lengths in order, round and round, whatever the two sides do when", () => {
    const ends = newEnds(CAPACITY);
    const next = random(4711);
    const lengths: number[] = [];
    let sent = 0;
    let received = 0;
    let refused = 0;
    for (let step = 0; step < STEPS; step++) {
      const what = next(5);
      if (what <= 1) {
        const length = SHORTEST + next(next(8) === 0 ? CAPACITY / 2 - SHORTEST - 8 : 100);
        if (write(ends, length, sent)) {
          lengths.push(length);
          sent++;
        } else refused++;
      } else if (what === 2) ends.producer.publish();
      else if (what === 3) ends.consumer.publish();
      else {
        const length = take(ends);
        if (length === NOTHING) continue;
        if (length !== lengths.shift() || readValue(ends, length) !== received++)
          throw new Error(`message ${received} of ${length} octets`);
      }
    }
    expect(received).toBeGreaterThan(STEPS / 8);
    expect(refused).toBeGreaterThan(0);
    expect(ends.producer.position).toBeGreaterThan(CAPACITY * 100);
    expect(sent - received).toBe(lengths.length);
  });

  it("goes on when its counters pass 2^31 and 2^32", () => {
    const ends = newEnds(CAPACITY);
    const length = CAPACITY / 2 - 8;
    let wasNegative = false;
    for (let i = 0; i < 2 ** 32 / (length + 8) + 1000; i++) {
      // Nothing is written: positions alone go round.
      ends.producer.reserve(length);
      ends.producer.commit(length, 0);
      ends.producer.publish();
      if (take(ends) !== length) throw new Error(`message ${i}`);
      ends.consumer.publish();
      wasNegative ||= ends.producer.position < 0;
    }
    expect(wasNegative).toBe(true);
    expect(ends.producer.position).toBeGreaterThan(0);
    expect(ends.consumer.position).toBe(ends.producer.position);
  }, 60_000);

  it("shows nothing before it is published, and takes no more than it has room for", () => {
    const ends = newEnds(CAPACITY);
    let count = 0;
    while (write(ends, 120, count)) count++;
    expect(count).toBe(CAPACITY / 128);
    expect(take(ends)).toBe(NOTHING);
    ends.producer.publish();
    for (let i = 0; i < count; i++) {
      expect(readValue(ends, take(ends))).toBe(i);
    }
    expect(take(ends)).toBe(NOTHING);
    ends.consumer.publish();
    expect(write(ends, 120, 0)).toBe(true);
  });

  it("refuses what is longer than half of it", () => {
    const { producer } = newEnds(CAPACITY);
    expect(producer.reserve(CAPACITY / 2 - 8)).toBeGreaterThanOrEqual(0);
    const other = newEnds(CAPACITY);
    write(other, CAPACITY / 2 - 8, 1);
    write(other, 40, 1);
    expect(other.producer.reserve(CAPACITY / 2)).toBe(-1);
  });

  it("holds a message back until what was sent over the socket before it has come", () => {
    const ends = newEnds(CAPACITY);
    write(ends, 64, 1, 3);
    ends.producer.publish();
    for (const count of [0, 1, 2]) expect(take(ends, count)).toBe(WAITS_FOR_SOCKET);
    expect(readValue(ends, take(ends, 3))).toBe(1);
  });
});

describe("a ring whose other side lies", () => {
  const store = ({ ring }: Ends, word: "tail" | "head", value: number) =>
    Atomics.store(ring.control, ring[word], value);

  it.each([
    ["more than there is room for", CAPACITY + 8],
    ["behind what was read", -8],
    ["half a word", 68],
    ["half the counter's range", -(2 ** 31)],
    ["the last number", 2 ** 31 - 1],
  ])("ends a reader when the tail is %s", (_, tail) => {
    const ends = newEnds(CAPACITY);
    store(ends, "tail", tail);
    expect(() => take(ends)).toThrowError(broken);
  });

  it("ends a reader when the tail goes back", () => {
    const ends = newEnds(CAPACITY);
    for (let i = 0; i < 3; i++) write(ends, 64, i);
    ends.producer.publish();
    expect(take(ends)).toBe(64);
    store(ends, "tail", ends.producer.position - 72);
    expect(take(ends)).toBe(64);
    expect(take(ends)).toBe(64);
    expect(() => take(ends)).toThrowError(broken);
  });

  it.each([
    ["0 at the start", 0],
    ["shorter than a header", SHORTEST - 1],
    ["longer than any message", MAX_LENGTH + 1],
    ["longer than what was written", 2_000],
    ["negative", 0xffff_fff8],
  ])("ends a reader when an entry's length is %s", (_, length) => {
    const ends = newEnds(CAPACITY);
    write(ends, 64, 1);
    ends.ring.words[0] = length;
    ends.producer.publish();
    expect(() => take(ends)).toThrowError(broken);
  });

  it("ends a reader when an entry runs over the end, or skips more than was written", () => {
    const over = newEnds(CAPACITY);
    for (let i = 0; i < CAPACITY / 128 - 1; i++) {
      write(over, 120, i);
      over.producer.publish();
      take(over);
    }
    store(over, "tail", over.producer.position + 1024);
    over.ring.words[(CAPACITY - 128) >> 2] = 512;
    expect(() => take(over)).toThrowError(broken);
    const skip = newEnds(CAPACITY);
    write(skip, 64, 1);
    write(skip, 64, 2);
    skip.producer.publish();
    take(skip);
    skip.ring.words[72 >> 2] = 0;
    expect(() => take(skip)).toThrowError(broken);
  });

  it.each([
    ["before what was read", -8],
    ["beyond what was written", CAPACITY + 8],
    ["half a word", 12],
  ])("ends a writer when the head is %s", (_, head) => {
    const ends = newEnds(CAPACITY);
    write(ends, 64, 1);
    ends.producer.publish();
    store(ends, "head", head);
    expect(() => {
      while (write(ends, 64, 1));
    }).toThrowError(broken);
  });

  it("reads each word of an entry once, so that no change can come between check and use", () => {
    const ends = newEnds(CAPACITY);
    const reads = new Map<number, number>();
    // `span` words lie at each index.
    const counted = (array: Uint32Array | BigInt64Array, span: number): unknown =>
      new Proxy(array, {
        get(target, key) {
          const index = typeof key === "string" ? Number(key) : Number.NaN;
          for (let i = 0; i < span && Number.isInteger(index); i++) {
            const word = index * span + i;
            reads.set(word, (reads.get(word) ?? 0) + 1);
          }
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    const { words, pairs } = ends.ring;
    const watched = { ...ends.ring, words: counted(words, 1), pairs: counted(pairs, 2) };
    const { consumer } = newEnds(CAPACITY);
    const reader = Reflect.construct(consumer.constructor, [watched]);
    for (let i = 0; i < 3; i++) write(ends, 100, i);
    ends.producer.publish();
    for (let i = 0; i < 3; i++) expect(reader.take(ends.packet, MAX_LENGTH, 0)).toBe(100);
    expect(reads.size).toBe((3 * 112) / 4);
    expect(new Set(reads.values())).toEqual(new Set([1]));
  });

  it(`survives ${STEPS} random changes of its memory: a message of some length, or the end`, () => {
    const next = random(815);
    const buffer = new ArrayBuffer(listSize(CAPACITY));
    const all = new Int32Array(buffer);
    let ends = newEnds(CAPACITY, buffer);
    let ended = 0;
    let taken = 0;
    for (let step = 0; step < STEPS; step++) {
      try {
        for (let i = next(4); i > 0; i--) write(ends, SHORTEST + next(200), step);
        ends.producer.publish();
        if (next(3) === 0) {
          const value = next(2) === 0 ? next(2 ** 32) | 0 : (next(CAPACITY * 2) - CAPACITY) & ~7;
          // Control words, or words of the ring: both are the other side's to write.
          all[next(4) === 0 ? next(3) * 32 : 1024 + next(CAPACITY / 4)] = value;
        }
        for (let i = next(4); i > 0; i--) {
          const length = take(ends, 2 ** 31 - 1);
          if (length <= 0) break;
          if (length < SHORTEST || length > CAPACITY) throw new Error(`a message of ${length} octets`);
          taken++;
        }
        ends.consumer.publish();
      } catch (error) {
        expect(error).toEqual(broken);
        ended++;
        all.fill(0);
        ends = newEnds(CAPACITY, buffer);
      }
    }
    expect(ended).toBeGreaterThan(100);
    expect(taken).toBeGreaterThan(1000);
  });
});
