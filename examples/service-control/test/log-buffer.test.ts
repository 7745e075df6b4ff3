import { describe, expect, it } from "vitest";
import { LogBuffer } from "../src/log-buffer.js";

describe("LogBuffer", () => {
  it("keeps the last octets, under the offsets that they had from the beginning", () => {
    const log = new LogBuffer(8);
    log.append(Buffer.from("abcde"));
    log.append(Buffer.from("fghij"));
    expect([log.start, log.end]).toEqual([2, 10]);
    expect(log.read(0, 100)).toEqual({ start: 2, data: Buffer.from("cdefghij") });
    expect(log.read(4, 3)).toEqual({ start: 4, data: Buffer.from("efg") });
  });

  it("reads from the end with a negative offset, and nothing from beyond it", () => {
    const log = new LogBuffer(8);
    log.append(Buffer.from("abc"));
    expect(log.read(-2, 100)).toEqual({ start: 1, data: Buffer.from("bc") });
    expect(log.read(-100, 100)).toEqual({ start: 0, data: Buffer.from("abc") });
    expect(log.read(50, 100)).toEqual({ start: 3, data: Buffer.alloc(0) });
  });

  it("takes a chunk larger than itself", () => {
    const log = new LogBuffer(4);
    log.append(Buffer.from("ab"));
    log.append(Buffer.from("0123456789"));
    expect(log.read(0, 100)).toEqual({ start: 8, data: Buffer.from("6789") });
  });

  it.each([1, 7, 100_000, 300_000])("agrees with a slow model at a capacity of %i octets", (capacity) => {
    const log = new LogBuffer(capacity);
    let all = Buffer.alloc(0);
    for (let round = 0; round < 60; round++) {
      const chunk = Buffer.alloc((round * 7_919) % 20_000, `${round};`);
      log.append(chunk);
      all = Buffer.concat([all, chunk]);
      const first = Math.max(0, all.length - capacity);
      const { start, data } = log.read(0, all.length);
      expect([start, data.equals(all.subarray(first))]).toEqual([first, true]);
      const middle = first + Math.floor((all.length - first) / 2);
      expect(log.read(middle, 9).data).toEqual(all.subarray(middle, middle + 9));
    }
  });
});
