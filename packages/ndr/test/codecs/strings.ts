import { pending } from "../../src/index.js";
import { type Codec, codec } from "./codec.js";

const narrow: Codec = codec<{ s: string }>(
  (w, v) => w.string(v.s),
  (r) => ({ s: r.string() }),
);

/** Strings, results and context handles. */
export const stringCodecs: Record<string, Codec> = {
  V14: narrow,
  V15: codec<{ s: string | null }>(
    (w, v) => {
      w.pointer(v.s !== null);
      if (v.s !== null) w.wideString(v.s);
    },
    (r) => ({ s: r.pointer() ? r.wideString() : null }),
  ),
  V16: narrow,
  V18: codec<{ s: string }>(
    (w, v) => w.fixedString(v.s, 8),
    (r) => ({ s: r.fixedString(8) }),
  ),
  V31: codec<{ length: number; maximumLength: number; buffer: Uint16Array | null }>(
    (w, v) => {
      w.align(4, 8);
      w.uint16(v.length);
      w.uint16(v.maximumLength);
      w.pointer(v.buffer !== null);
      if (v.buffer !== null) {
        w.check(v.buffer.length === Math.trunc(v.length / 2), "length is that of buffer");
        w.count(Math.trunc(v.maximumLength / 2));
        w.variance(0, v.buffer.length);
        w.uint16Array(v.buffer);
      }
    },
    (r) => {
      r.align(4, 8);
      const value: { length: number; maximumLength: number; buffer: Uint16Array | null } = {
        length: r.uint16(),
        maximumLength: r.uint16(),
        buffer: r.pointer() ? pending : null,
      };
      if (value.buffer !== null) {
        const max = r.count(0);
        const actual = r.variance(max, 2);
        r.check(max === Math.trunc(value.maximumLength / 2), "maximumLength is the size of buffer");
        r.check(actual === Math.trunc(value.length / 2), "length is that of buffer");
        value.buffer = r.uint16Array(actual);
      }
      return value;
    },
  ),
  V32: codec<{ h: string | null }>(
    (w, v) => w.contextHandle(v.h),
    (r) => ({ h: r.contextHandle() }),
  ),
  V42: codec<{ y: number; z: number; returnValue: number }>(
    (w, v) => {
      w.int16(v.y);
      w.int32(v.z);
      w.int32(v.returnValue);
    },
    (r) => ({ y: r.int16(), z: r.int32(), returnValue: r.int32() }),
  ),
  V43: codec<{ s: string | null; returnValue: number }>(
    (w, v) => {
      w.pointer(v.s !== null);
      if (v.s !== null) w.wideString(v.s);
      w.int32(v.returnValue);
    },
    (r) => ({ s: r.pointer() ? r.wideString() : null, returnValue: r.int32() }),
  ),
  V47: codec<{ r: { c: number; s: string | null; h: bigint }; t: number }>(
    (w, v) => {
      w.align(8);
      w.uint8(v.r.c);
      w.pointer(v.r.s !== null);
      w.int64(v.r.h);
      if (v.r.s !== null) w.string(v.r.s);
      w.uint8(v.t);
    },
    (r) => {
      r.align(8);
      const s: { c: number; s: string | null; h: bigint } = {
        c: r.uint8(),
        s: r.pointer() ? pending : null,
        h: r.int64(),
      };
      if (s.s !== null) s.s = r.string();
      return { r: s, t: r.uint8() };
    },
  ),
  W1: codec<{ val: (string | null)[] }>(
    (w, v) => {
      w.count(v.val.length);
      w.align(4);
      w.int32(v.val.length);
      for (const item of v.val) w.pointer(item !== null);
      for (const item of v.val) if (item !== null) w.string(item);
    },
    (r) => {
      const count = r.count(4);
      r.align(4);
      r.check(r.int32() === count, "count is the size of val");
      const val: (string | null)[] = [];
      for (let i = 0; i < count; i++) val.push(r.pointer() ? pending : null);
      for (let i = 0; i < count; i++) if (val[i] !== null) val[i] = r.string();
      return { val };
    },
  ),
  E3: codec<{ s1: string }>(
    (w, v) => w.wideString(v.s1),
    (r) => ({ s1: r.wideString() }),
  ),
  E4: codec<{ s2: string | null }>(
    (w, v) => {
      w.pointer(v.s2 !== null);
      if (v.s2 !== null) w.wideString(v.s2);
    },
    (r) => ({ s2: r.pointer() ? r.wideString() : null }),
  ),
  E10: codec<{ handle: string | null }>(
    (w, v) => w.contextHandle(v.handle),
    (r) => ({ handle: r.contextHandle() }),
  ),
};
