import { describe, expect, test } from "vitest";
import { createRingMemory, RingReader, RingWriter } from "../../src/nt/receive-ring.js";

const never = () => {
  throw new Error("the ring should have room");
};

describe("the ring between the receive worker and the main thread", () => {
  test("carries records of all sizes round and round, in order", () => {
    const memory = createRingMemory();
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
    const attributes = Buffer.alloc(0x78, 1);
    let written = 0;
    let read = 0;
    // Some thirty rounds of its 4 MiB.
    while (read < 4_000) {
      for (let i = 0; i < 20; i++, written++) {
        const message = Buffer.alloc((written * 7919) % 0xffff, written & 0xff);
        expect(writer.write(written, 0, message, attributes, never)).toBe(true);
      }
      reader.drain(1_000, ({ key, message, attributes: got }) => {
        expect(key).toBe(read);
        expect(message.length).toBe((read * 7919) % 0xffff);
        expect(message.equals(Buffer.alloc(message.length, read & 0xff))).toBe(true);
        expect(got.length).toBe(0x78);
        read++;
      });
    }
    expect(read).toBe(written);
  });

  test("hands on no more than the budget, and says that there is more", () => {
    const memory = createRingMemory();
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
    for (let i = 0; i < 5; i++) writer.write(i, 0xc000_0037, Buffer.alloc(0), Buffer.alloc(0), never);
    const seen: number[][] = [];
    const consume = ({ key, status }: { key: number; status: number }) => seen.push([key, status]);
    expect(reader.drain(3, consume)).toBe(true);
    expect(reader.drain(3, consume)).toBe(false);
    expect(seen).toEqual([0, 1, 2, 3, 4].map((key) => [key, 0xc000_0037]));
  });

  test("wakes the reader once until it looks", () => {
    const memory = createRingMemory();
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
    expect([writer.takeWake(), writer.takeWake()]).toEqual([true, false]);
    reader.allowWake();
    expect(writer.takeWake()).toBe(true);
  });

  test("lets a full ring's writer go when the reader stops, and counts a consumer's failure as read", () => {
    const memory = createRingMemory();
    const [writer, reader] = [new RingWriter(memory), new RingReader(memory)];
    const message = Buffer.alloc(0xffff);
    let wakes = 0;
    const stopWhenFull = () => {
      wakes++;
      reader.stop();
    };
    let records = 0;
    while (writer.write(records, 0, message, Buffer.alloc(0), stopWhenFull)) records++;
    expect([wakes, records]).toEqual([1, 63]);
    expect(() =>
      reader.drain(1, () => {
        throw new Error("consumer");
      }),
    ).toThrow("consumer");
    let next = -1;
    reader.drain(1, ({ key }) => {
      next = key;
    });
    expect(next).toBe(1);
  });
});
