import { pending, type Reader, type Writer } from "../../src/index.js";
import { type Codec, codec } from "./codec.js";

interface Pair {
  a: number | null;
  b: number | null;
}

interface Branch {
  p: number | null;
  v: number;
}

interface Tree {
  b1: Branch | null;
  x: number;
  b2: Branch | null;
}

interface Entry {
  name: string | null;
  t: number;
}

interface ListNode {
  v: number;
  next: ListNode | null;
}

interface Inner {
  p: number | null;
}

function writePairReferents(w: Writer, value: Pair): void {
  if (value.a !== null) w.int32(value.a);
  if (value.b !== null) w.int32(value.b);
}

function readPairReferents(r: Reader, value: Pair): void {
  if (value.a !== null) value.a = r.int32();
  if (value.b !== null) value.b = r.int32();
}

function writeBranch(w: Writer, value: Branch): void {
  w.align(4);
  w.pointer(value.p !== null);
  w.int32(value.v);
}

function writeBranchReferents(w: Writer, value: Branch): void {
  if (value.p !== null) w.int32(value.p);
}

function readBranch(r: Reader): Branch {
  r.align(4);
  return { p: r.pointer() ? pending : null, v: r.int32() };
}

function readBranchReferents(r: Reader, value: Branch): void {
  if (value.p !== null) value.p = r.int32();
}

function writeTreeReferents(w: Writer, value: Tree): void {
  if (value.b1 !== null) {
    writeBranch(w, value.b1);
    writeBranchReferents(w, value.b1);
  }
  if (value.b2 !== null) {
    writeBranch(w, value.b2);
    writeBranchReferents(w, value.b2);
  }
}

function readTreeReferents(r: Reader, value: Tree): void {
  if (value.b1 !== null) {
    value.b1 = readBranch(r);
    readBranchReferents(r, value.b1);
  }
  if (value.b2 !== null) {
    value.b2 = readBranch(r);
    readBranchReferents(r, value.b2);
  }
}

function writeEntry(w: Writer, value: Entry): void {
  w.align(4);
  w.pointer(value.name !== null);
  w.int32(value.t);
}

function writeEntryReferents(w: Writer, value: Entry): void {
  if (value.name !== null) w.wideString(value.name);
}

function readEntry(r: Reader): Entry {
  r.align(4);
  return { name: r.pointer() ? pending : null, t: r.int32() };
}

function readEntryReferents(r: Reader, value: Entry): void {
  if (value.name !== null) value.name = r.wideString();
}

export function writeNode(w: Writer, value: ListNode): void {
  w.align(4);
  w.int32(value.v);
  w.pointer(value.next !== null);
}

export function writeNodeReferents(w: Writer, value: ListNode): void {
  if (value.next !== null) {
    w.enter();
    writeNode(w, value.next);
    writeNodeReferents(w, value.next);
    w.leave();
  }
}

export function readNode(r: Reader): ListNode {
  r.align(4);
  return { v: r.int32(), next: r.pointer() ? pending : null };
}

export function readNodeReferents(r: Reader, value: ListNode): void {
  if (value.next !== null) {
    r.enter();
    value.next = readNode(r);
    readNodeReferents(r, value.next);
    r.leave();
  }
}

/** Reference and unique pointers, at the top level and embedded. */
export const pointerCodecs: Record<string, Codec> = {
  V17: codec<{ p: number | null; q: number }>(
    (w, v) => {
      w.pointer(v.p !== null);
      if (v.p !== null) w.int32(v.p);
      w.int32(v.q);
    },
    (r) => ({ p: r.pointer() ? r.int32() : null, q: r.int32() }),
  ),
  V23: codec<Pair>(
    (w, v) => {
      w.align(4, 8);
      w.pointer(v.a !== null);
      w.pointer(v.b !== null);
      writePairReferents(w, v);
    },
    (r) => {
      r.align(4, 8);
      const value: Pair = { a: r.pointer() ? pending : null, b: r.pointer() ? pending : null };
      readPairReferents(r, value);
      return value;
    },
  ),
  V24: codec<Tree>(
    (w, v) => {
      w.align(4);
      w.pointer(v.b1 !== null);
      w.int32(v.x);
      w.pointer(v.b2 !== null);
      writeTreeReferents(w, v);
    },
    (r) => {
      r.align(4);
      const value: Tree = {
        b1: r.pointer() ? pending : null,
        x: r.int32(),
        b2: r.pointer() ? pending : null,
      };
      readTreeReferents(r, value);
      return value;
    },
  ),
  V25: codec<{ a: (number | null)[] }>(
    (w, v) => {
      w.count(v.a.length);
      w.align(4);
      w.int32(v.a.length);
      for (const item of v.a) w.pointer(item !== null);
      for (const item of v.a) if (item !== null) w.int32(item);
    },
    (r) => {
      const count = r.count(4);
      r.align(4);
      r.check(r.int32() === count, "n is the size of a");
      const a: (number | null)[] = [];
      for (let i = 0; i < count; i++) a.push(r.pointer() ? pending : null);
      for (let i = 0; i < count; i++) if (a[i] !== null) a[i] = r.int32();
      return { a };
    },
  ),
  V26: codec<{ e: Entry[] | null }>(
    (w, v) => {
      w.int32(v.e === null ? 0 : v.e.length);
      w.pointer(v.e !== null);
      if (v.e !== null) {
        w.count(v.e.length);
        for (const entry of v.e) writeEntry(w, entry);
        for (const entry of v.e) writeEntryReferents(w, entry);
      }
    },
    (r) => {
      const n = r.int32();
      let e: Entry[] | null = null;
      if (r.pointer()) {
        const count = r.count(8);
        e = [];
        for (let i = 0; i < count; i++) e.push(readEntry(r));
        for (const entry of e) readEntryReferents(r, entry);
      }
      r.check(n === (e === null ? 0 : e.length), "n is the size of e");
      return { e };
    },
  ),
  V27: codec<{ pp: number | null }>(
    (w, v) => {
      w.pointer(v.pp !== null);
      if (v.pp !== null) w.int32(v.pp);
    },
    (r) => ({ pp: r.pointer() ? r.int32() : null }),
  ),
  V28: codec<{ pp: Inner | null }>(
    (w, v) => {
      w.pointer(v.pp !== null);
      if (v.pp !== null) {
        w.pointer(v.pp.p !== null);
        if (v.pp.p !== null) w.int32(v.pp.p);
      }
    },
    (r) => ({ pp: r.pointer() ? { p: r.pointer() ? r.int32() : null } : null }),
  ),
  V29: codec<{ p: number; x: number }>(
    (w, v) => {
      w.align(4);
      w.refPointer();
      w.int32(v.x);
      w.int32(v.p);
    },
    (r) => {
      r.align(4);
      r.refPointer();
      const value: { p: number; x: number } = { p: pending, x: r.int32() };
      value.p = r.int32();
      return value;
    },
  ),
  V45: codec<ListNode>(
    (w, v) => {
      writeNode(w, v);
      writeNodeReferents(w, v);
    },
    (r) => {
      const value = readNode(r);
      readNodeReferents(r, value);
      return value;
    },
  ),
  V46: codec<{ a: Int32Array | null }>(
    (w, v) => {
      w.int32(v.a === null ? 0 : v.a.length);
      w.pointer(v.a !== null);
      if (v.a !== null) {
        w.count(v.a.length);
        w.int32Array(v.a);
      }
    },
    (r) => {
      const n = r.int32();
      const a = r.pointer() ? r.int32Array(r.count(4)) : null;
      r.check(n === (a === null ? 0 : a.length), "n is the size of a");
      return { a };
    },
  ),
  E8: codec<{ data: Inner | null }>(
    (w, v) => {
      w.pointer(v.data !== null);
      if (v.data !== null) {
        w.pointer(v.data.p !== null);
        if (v.data.p !== null) w.uint16(v.data.p);
      }
    },
    (r) => ({ data: r.pointer() ? { p: r.pointer() ? r.uint16() : null } : null }),
  ),
  E9: codec<{ systemName: number | null; accessMask: number }>(
    (w, v) => {
      w.pointer(v.systemName !== null);
      if (v.systemName !== null) w.uint16(v.systemName);
      w.uint32(v.accessMask);
    },
    (r) => ({ systemName: r.pointer() ? r.uint16() : null, accessMask: r.uint32() }),
  ),
};
