import { describe, expect, test } from "vitest";
import { MIN_SECTION_SIZE, SectionPool, sectionSizeFor } from "../src/linux/section-pool.js";
import { SectionQuota } from "../src/section-quota.js";

const MiB = 1024 * 1024;

describe("sizes", () => {
  test.each([
    [0, MIN_SECTION_SIZE],
    [MIN_SECTION_SIZE, MIN_SECTION_SIZE],
    [MIN_SECTION_SIZE + 1, 2 * MIN_SECTION_SIZE],
    [64 * MiB, 64 * MiB],
    [64 * MiB + 1, 128 * MiB],
    [3 * 1024 * MiB, 4 * 1024 * MiB],
  ])("%i octets need a section of %i", (asked, size) => {
    expect(sectionSizeFor(asked)).toBe(size);
  });

  test("never more than twice what was asked for", () => {
    for (let asked = MIN_SECTION_SIZE; asked < 1e9; asked = Math.ceil(asked * 1.37)) {
      expect(sectionSizeFor(asked)).toBeGreaterThanOrEqual(asked);
      expect(sectionSizeFor(asked)).toBeLessThan(2 * asked);
    }
  });
});

describe("pool", () => {
  const section = (size: number) => ({ size });

  test("a section is used again when it has been given back, not before", () => {
    const pool = new SectionPool();
    const own = section(MIN_SECTION_SIZE);
    pool.add(7, own);
    expect(pool.acquire(100)).toBeNull();
    pool.release(7, 0);
    expect(pool.acquire(100)).toEqual({ id: 7, section: own });
    expect(pool.acquire(100)).toBeNull();
    expect(pool.get(7)).toBe(own);
  });

  test("the smallest one that fits is taken, and a far too large one only if it must be", () => {
    const pool = new SectionPool();
    for (const [id, size] of [MiB, MIN_SECTION_SIZE, 64 * MiB].entries()) {
      pool.add(id, section(size));
      pool.release(id, 0);
    }
    expect(pool.acquire(10)?.id).toBe(1);
    expect(pool.acquire(10)).toBeNull();
    expect(pool.acquire(10, true)?.id).toBe(0);
    expect(pool.acquire(MiB)).toBeNull();
    expect(pool.acquire(MiB, true)?.id).toBe(2);
    expect(pool.acquire(MiB, true)).toBeNull();
  });

  test("giving back what is unknown or free is the protocol's violation", () => {
    const pool = new SectionPool();
    pool.add(1, section(MIN_SECTION_SIZE));
    pool.release(1, 0);
    expect(() => pool.release(1, 0)).toThrow(expect.objectContaining({ status: "INVALID_MESSAGE" }));
    expect(() => pool.release(2, 0)).toThrow("section 2 was given back but does not exist");
    expect(() => pool.add(1, section(1))).toThrow("exists already");
  });

  test("trimming takes what has been free for long, and nothing in use", () => {
    const pool = new SectionPool();
    for (const id of [1, 2, 3]) pool.add(id, section(MIN_SECTION_SIZE));
    pool.release(1, 100);
    pool.release(2, 200);
    expect(pool.trim(99)).toEqual([]);
    expect(pool.trim(150).map(({ id }) => id)).toEqual([1]);
    expect(pool.trim(Number.POSITIVE_INFINITY).map(({ id }) => id)).toEqual([2]);
    expect(pool.size).toBe(1);
    expect(pool.clear()).toHaveLength(1);
    expect(pool.size).toBe(0);
  });
});

describe("quota", () => {
  test("a connection's sections are charged to its user too", () => {
    const user = new SectionQuota(10 * MiB, "user 1000");
    const first = new SectionQuota(8 * MiB, "connection 1", user);
    const second = new SectionQuota(8 * MiB, "connection 2", user);
    first.charge(8 * MiB);
    expect(() => first.charge(1)).toThrow(
      "connection 1 has 8388608 of 8388608 octets in sections, 1 more are too many",
    );
    expect(() => second.charge(4 * MiB)).toThrow(expect.objectContaining({ status: "QUOTA_EXCEEDED" }));
    expect([first.used, second.used, user.used]).toEqual([8 * MiB, 0, 8 * MiB]);
    first.release(8 * MiB);
    second.charge(4 * MiB);
    expect([first.used, second.used, user.used]).toEqual([0, 4 * MiB, 4 * MiB]);
  });

  test("the sums stay right under 10,000 random charges and releases", () => {
    const user = new SectionQuota(1_000, "user");
    const quotas = [0, 1, 2].map((id) => new SectionQuota(500, `connection ${id}`, user));
    const held = quotas.map(() => [] as number[]);
    let seed = 42;
    const random = (limit: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return (seed >>> 8) % limit;
    };
    for (let round = 0; round < 10_000; round++) {
      const which = random(3);
      const quota = quotas[which];
      const own = held[which];
      if (quota === undefined || own === undefined) throw new Error("no such account");
      const size = random(2) === 0 ? own.pop() : undefined;
      if (size !== undefined) {
        quota.release(size);
      } else {
        const wanted = random(200);
        const fits = quota.used + wanted <= 500 && user.used + wanted <= 1_000;
        if (fits) {
          quota.charge(wanted);
          own.push(wanted);
        } else expect(() => quota.charge(wanted)).toThrow();
      }
      const sums = held.map((sizes) => sizes.reduce((sum, value) => sum + value, 0));
      expect(quotas.map((account) => account.used)).toEqual(sums);
      expect(user.used).toBe(sums.reduce((sum, value) => sum + value, 0));
    }
  });
});
