import { describe, expect, it } from "vitest";
import { NOTHING, SharedRing } from "../../src/workers/shared-ring.js";

function take(ring: SharedRing): number {
  const value = ring.first();
  ring.drop();
  return value;
}

describe("a ring between threads", () => {
  it.each([0, 0x7fff_fff0, -16])(
    "gives numbers back in order, round and round, and refuses more than it has room for, from %d on",
    (start) => {
      const ring = new SharedRing(8, start);
      const other = new SharedRing(ring.memory);
      for (let round = 0; round < 20; round++) {
        expect([ring.length, other.first()]).toEqual([0, NOTHING]);
        for (let i = 0; i < 8; i++) {
          expect(ring.push(round * 8 + i)).toBe(true);
        }
        expect([ring.push(0), other.length]).toEqual([false, 8]);
        for (let i = 0; i < 8; i++) {
          expect([other.first(), take(other)]).toEqual([round * 8 + i, round * 8 + i]);
        }
      }
    },
  );

  it("drops only what the same thread has seen, and nothing twice", () => {
    const ring = new SharedRing(4);
    const [one, two] = [new SharedRing(ring.memory), new SharedRing(ring.memory)];
    for (const value of [5, 6, 7]) {
      ring.push(value);
    }
    expect([one.first(), two.first()]).toEqual([5, 5]);
    one.drop();
    two.drop();
    expect(ring.length).toBe(2);
    expect([two.first(), one.first()]).toEqual([6, 6]);
  });

  it("is empty and usable when it has been cleared", () => {
    const ring = new SharedRing(2);
    ring.push(1);
    ring.push(2);
    ring.clear();
    expect([ring.length, ring.first()]).toEqual([0, NOTHING]);
    expect([ring.push(3), ring.push(4), ring.push(5), take(ring)]).toEqual([true, true, false, 3]);
  });
});
