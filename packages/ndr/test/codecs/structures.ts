import type { Reader, Writer } from "../../src/index.js";
import { type Codec, codec } from "./codec.js";

export interface Sid {
  rev: number;
  auth: Uint8Array;
  sub: Int32Array;
}

/** A conformant structure: its body gets the count that stands before the outermost structure. */
export function writeSid(w: Writer, value: Sid): void {
  w.count(value.sub.length);
  w.align(4);
  w.uint8(value.rev);
  w.uint8(value.sub.length);
  w.check(value.auth.length === 6, "auth has 6 elements");
  w.bytes(value.auth);
  w.int32Array(value.sub);
}

export function readSid(r: Reader): Sid {
  const count = r.count(4);
  r.align(4);
  const rev = r.uint8();
  r.check(r.uint8() === count, "cnt is the size of sub");
  return { rev, auth: r.bytes(6), sub: r.int32Array(count) };
}

/** Structures that end in a conformant array. */
export const structureCodecs: Record<string, Codec> = {
  V19: codec<{ a: Int16Array }>(
    (w, v) => {
      w.count(v.a.length);
      w.align(4);
      w.int32(v.a.length);
      w.int16Array(v.a);
    },
    (r) => {
      const count = r.count(2);
      r.align(4);
      r.check(r.int32() === count, "n is the size of a");
      return { a: r.int16Array(count) };
    },
  ),
  V20: codec<{ h: bigint; a: Uint8Array }>(
    (w, v) => {
      w.count(v.a.length);
      w.align(8);
      w.int64(v.h);
      w.uint8(v.a.length);
      w.bytes(v.a);
    },
    (r) => {
      const count = r.count(1);
      r.align(8);
      const h = r.int64();
      r.check(r.uint8() === count, "n is the size of a");
      return { h, a: r.bytes(count) };
    },
  ),
  V21: codec<{ x: number; inner: { a: Uint8Array } }>(
    (w, v) => {
      w.count(v.inner.a.length);
      w.align(4);
      w.int16(v.x);
      w.align(4);
      w.int32(v.inner.a.length);
      w.bytes(v.inner.a);
    },
    (r) => {
      const count = r.count(1);
      r.align(4);
      const x = r.int16();
      r.align(4);
      r.check(r.int32() === count, "n is the size of a");
      return { x, inner: { a: r.bytes(count) } };
    },
  ),
  V22: codec<{ size: number; a: Uint8Array }>(
    (w, v) => {
      w.check(v.a.length <= v.size, "a is no longer than its size");
      w.count(v.size);
      w.align(4);
      w.int32(v.size);
      w.int32(v.a.length);
      w.variance(0, v.a.length);
      w.bytes(v.a);
    },
    (r) => {
      const max = r.count(0);
      r.align(4);
      const size = r.int32();
      const len = r.int32();
      const actual = r.variance(max, 1);
      r.check(size === max && len === actual, "size and len are those of a");
      return { size, a: r.bytes(actual) };
    },
  ),
  V44: codec<Sid>(writeSid, readSid),
  W7: codec<{ e: { rcg: Uint8Array } | null; returnValue: number }>(
    (w, v) => {
      w.pointer(v.e !== null);
      if (v.e !== null) {
        w.count(v.e.rcg.length);
        w.align(4);
        w.int32(w.range(v.e.rcg.length, 1, 10000));
        w.bytes(v.e.rcg);
      }
      w.int32(v.returnValue);
    },
    (r) => {
      let e: { rcg: Uint8Array } | null = null;
      if (r.pointer()) {
        const count = r.count(1);
        r.align(4);
        r.check(r.range(r.int32(), 1, 10000) === count, "cb is the size of rcg");
        e = { rcg: r.bytes(count) };
      }
      return { e, returnValue: r.int32() };
    },
  ),
  E7: codec<{ surrounding: Uint16Array }>(
    (w, v) => {
      w.count(v.surrounding.length);
      w.align(4);
      w.int32(v.surrounding.length);
      w.uint16Array(v.surrounding);
    },
    (r) => {
      const count = r.count(2);
      r.align(4);
      r.check(r.int32() === count, "x is the size of surrounding");
      return { surrounding: r.uint16Array(count) };
    },
  ),
};
