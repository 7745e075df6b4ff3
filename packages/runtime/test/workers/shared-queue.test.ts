import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { fits, MAX_QUEUED_OCTETS, type QueueEntry, SharedQueue } from "../../src/workers/shared-queue.js";

const nothing = Buffer.alloc(0);

function newEntry(): QueueEntry {
  return { connection: 0, token: 0, slot: 0, length: 0, octets: Buffer.alloc(MAX_QUEUED_OCTETS) };
}

describe("a queue between threads", () => {
  it("gives messages back in order, each as it was", () => {
    const queue = new SharedQueue(8);
    const entry = newEntry();
    expect([queue.hasEntries, queue.pop(entry, 0)]).toEqual([false, false]);
    expect(queue.push(7, -8, 9, Buffer.from("head, "), Buffer.from("body"))).toBe(true);
    expect(queue.push(1, 2, 3, nothing, nothing)).toBe(true);
    expect([queue.hasEntries, queue.pop(entry, 2)]).toEqual([true, true]);
    expect(entry).toMatchObject({ connection: 7, token: -8, slot: 9, length: 10 });
    expect(entry.octets.toString("latin1", 2, 12)).toBe("head, body");
    expect(queue.pop(entry, 0)).toBe(true);
    expect(entry).toMatchObject({ connection: 1, token: 2, slot: 3, length: 0 });
    expect([queue.hasEntries, queue.pop(entry, 0)]).toEqual([false, false]);
  });

  it("leaves out what is too long, and says so", () => {
    const queue = new SharedQueue(2);
    const entry = newEntry();
    for (const length of [MAX_QUEUED_OCTETS, MAX_QUEUED_OCTETS + 1]) {
      queue.push(1, 2, 3, Buffer.alloc(1, 5), Buffer.alloc(length - 1, 6));
      queue.pop(entry, 0);
      expect(entry.length).toBe(fits(length) ? length : -1);
    }
    expect([fits(MAX_QUEUED_OCTETS), fits(MAX_QUEUED_OCTETS + 1)]).toEqual([true, false]);
  });

  it.each([0, 0x7fff_fff0, -16])(
    "refuses more than it has room for, round and round, from %d on",
    (first) => {
      const queue = new SharedQueue(8, first);
      const other = new SharedQueue(queue.memory);
      const entry = newEntry();
      for (let round = 0; round < 20; round++) {
        for (let i = 0; i < 8; i++) {
          expect(queue.push(round, i, 0, nothing, nothing)).toBe(true);
        }
        expect(queue.push(round, 8, 0, nothing, nothing)).toBe(false);
        for (let i = 0; i < 8; i++) {
          expect(other.pop(entry, 0)).toBe(true);
          expect([entry.connection, entry.token]).toEqual([round, i]);
        }
        expect(other.pop(entry, 0)).toBe(false);
      }
    },
  );

  it("is empty and usable when it has been cleared", () => {
    const queue = new SharedQueue(4);
    const entry = newEntry();
    for (let i = 0; i < 3; i++) {
      queue.push(i, 0, 0, nothing, nothing);
    }
    queue.pop(entry, 0);
    queue.clear();
    expect([queue.hasEntries, queue.pop(entry, 0)]).toEqual([false, false]);
    expect(Array.from({ length: 5 }, (_, i) => queue.push(i, 0, 0, nothing, nothing))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it("loses, doubles and mixes up nothing between many threads, in the order of each producer", async () => {
    const [producers, consumers, count] = [3, 3, 1_500];
    const queue = new SharedQueue(16, 0x7fff_f000);
    const start = (kind: string, id: number): Worker =>
      new Worker(new URL("./queue-thread.mjs", import.meta.url), {
        workerData: { memory: queue.memory, kind, id, count },
      });
    const taken = Array.from({ length: consumers }, (_, id) => once(start("consumer", id), "message"));
    await Promise.all(Array.from({ length: producers }, (_, id) => once(start("producer", id), "message")));
    for (let i = 0; i < consumers; i++) {
      while (!queue.push(-1, 0, 0, nothing, nothing)) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    const lists: [number, number][][] = (await Promise.all(taken)).map(([list]) => list);
    for (let producer = 0; producer < producers; producer++) {
      const ofProducer = lists.map((list) => list.filter(([from]) => from === producer).map(([, n]) => n));
      for (const numbers of ofProducer) {
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      }
      expect(ofProducer.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    }
  });
});
