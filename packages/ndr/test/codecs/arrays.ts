import { type Codec, codec } from "./codec.js";

interface Small {
  a: number;
  b: number;
  c: number;
}

interface Item {
  i: number;
  c: number;
}

/** Scalars, structures without pointers, and arrays as parameters. */
export const arrayCodecs: Record<string, Codec> = {
  V01: codec<{ a: number; b: number; c: number; d: number; e: number; f: bigint }>(
    (w, v) => {
      w.uint8(v.a);
      w.int16(v.b);
      w.uint8(v.c);
      w.int32(v.d);
      w.uint8(v.e);
      w.int64(v.f);
    },
    (r) => ({ a: r.uint8(), b: r.int16(), c: r.uint8(), d: r.int32(), e: r.uint8(), f: r.int64() }),
  ),
  V03: codec<{ f: number; d: number; b: boolean }>(
    (w, v) => {
      w.float32(v.f);
      w.float64(v.d);
      w.boolean(v.b);
    },
    (r) => ({ f: r.float32(), d: r.float64(), b: r.boolean() }),
  ),
  V04: codec<{ a: number; b: number }>(
    (w, v) => {
      w.enum16(v.a);
      w.enum32(v.b);
    },
    (r) => ({ a: r.enum16(), b: r.enum32() }),
  ),
  V05: codec<{ s: Small; d: number }>(
    (w, v) => {
      w.align(4);
      w.uint8(v.s.a);
      w.int32(v.s.b);
      w.int16(v.s.c);
      w.trail(4);
      w.uint8(v.d);
    },
    (r) => {
      r.align(4);
      const s = { a: r.uint8(), b: r.int32(), c: r.int16() };
      r.trail(4);
      return { s, d: r.uint8() };
    },
  ),
  V06: codec<{ p: number; s: { a: number; b: bigint } }>(
    (w, v) => {
      w.uint8(v.p);
      w.align(8);
      w.uint8(v.s.a);
      w.int64(v.s.b);
    },
    (r) => {
      const p = r.uint8();
      r.align(8);
      return { p, s: { a: r.uint8(), b: r.int64() } };
    },
  ),
  V07: codec<{ ps: Item[] }>(
    (w, v) => {
      w.check(v.ps.length === 2, "ps has 2 elements");
      for (const item of v.ps) {
        w.align(4);
        w.int32(item.i);
        w.uint8(item.c);
        w.trail(4);
      }
    },
    (r) => {
      const ps: Item[] = [];
      for (let i = 0; i < 2; i++) {
        r.align(4);
        ps.push({ i: r.int32(), c: r.uint8() });
        r.trail(4);
      }
      return { ps };
    },
  ),
  V08: codec<{ m: Int16Array[] }>(
    (w, v) => {
      w.check(v.m.length === 2, "m has 2 rows");
      for (const row of v.m) {
        w.check(row.length === 3, "a row of m has 3 elements");
        w.int16Array(row);
      }
    },
    (r) => ({ m: [r.int16Array(3), r.int16Array(3)] }),
  ),
  V09: codec<{ x: Int16Array }>(
    (w, v) => {
      w.int32(v.x.length);
      w.count(v.x.length);
      w.int16Array(v.x);
    },
    (r) => {
      const n = r.int32();
      const x = r.int16Array(r.count(2));
      r.check(n === x.length, "n is the size of x");
      return { x };
    },
  ),
  V10: codec<{ x: Int16Array }>(
    (w, v) => {
      w.check(v.x.length <= 5, "x has at most 5 elements");
      w.int32(v.x.length);
      w.variance(0, v.x.length);
      w.int16Array(v.x);
    },
    (r) => {
      const n = r.int32();
      const x = r.int16Array(r.variance(5, 2));
      r.check(n === x.length, "n is the length of x");
      return { x };
    },
  ),
  V11: codec<{ s: number; f: number; x: Uint8Array }>(
    (w, v) => {
      w.check(v.f + v.x.length <= v.s, "x lies within its size");
      w.int32(v.s);
      w.int32(v.f);
      w.int32(v.x.length);
      w.count(v.s);
      w.variance(v.f, v.x.length);
      w.bytes(v.x);
    },
    (r) => {
      const s = r.int32();
      const f = r.int32();
      const l = r.int32();
      const max = r.count(0);
      const { first, actual } = r.varianceFrom(max, 1);
      const x = r.bytes(actual);
      r.check(s === max && f === first && l === actual, "s, f and l are those of x");
      return { s, f, x };
    },
  ),
  V12: codec<{ m: Uint8Array[] }>(
    (w, v) => {
      w.count(v.m.length);
      w.count(v.m[0]?.length ?? 0);
      for (const row of v.m) w.bytes(row);
    },
    (r) => {
      const rows = r.count(1);
      const columns = r.count(1);
      r.check(rows === 2 && columns === 3, "m has 2 rows of 3");
      const m: Uint8Array[] = [];
      for (let i = 0; i < rows; i++) m.push(r.bytes(columns));
      return { m };
    },
  ),
  V13: codec<{ m: Int16Array[] }>(
    (w, v) => {
      w.int32(v.m.length);
      w.count(v.m.length);
      for (const row of v.m) {
        w.check(row.length === 2, "a row of m has 2 elements");
        w.int16Array(row);
      }
    },
    (r) => {
      const n = r.int32();
      const count = r.count(4);
      r.check(n === count, "n is the size of m");
      const m: Int16Array[] = [];
      for (let i = 0; i < count; i++) m.push(r.int16Array(2));
      return { m };
    },
  ),
  W2: codec<{ a: Int32Array }>(
    (w, v) => {
      w.check(v.a.length === 2, "a has 2 elements");
      w.int32Array(v.a);
    },
    (r) => ({ a: r.int32Array(2) }),
  ),
  W3: codec<{ v: number }>(
    (w, v) => w.enum32(v.v),
    (r) => ({ v: r.enum32() }),
  ),
};
