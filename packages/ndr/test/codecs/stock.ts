import { pending, type Reader, type Writer } from "../../src/index.js";
import { type Codec, codec } from "./codec.js";
import { readSid, type Sid, writeSid } from "./structures.js";

interface EndpointEntry {
  object: string;
  tower: Uint8Array | null;
  annotation: string;
}

interface InterfaceId {
  uuid: string;
  major: number;
  minor: number;
}

interface SidHolder {
  sid: Sid | null;
}

interface LookupSids {
  handle: string | null;
  sids: SidHolder[] | null;
  names: Int32Array | null;
  level: number;
  count: number;
  options: number;
  revision: number;
}

function writeEndpointEntry(w: Writer, value: EndpointEntry): void {
  w.align(4);
  w.guid(value.object);
  w.pointer(value.tower !== null);
  w.fixedString(value.annotation, 64);
}

function writeEndpointEntryReferents(w: Writer, value: EndpointEntry): void {
  if (value.tower !== null) {
    w.count(value.tower.length);
    w.align(4);
    w.int32(value.tower.length);
    w.bytes(value.tower);
  }
}

function readEndpointEntry(r: Reader): EndpointEntry {
  r.align(4);
  return { object: r.guid(), tower: r.pointer() ? pending : null, annotation: r.fixedString(64) };
}

function readEndpointEntryReferents(r: Reader, value: EndpointEntry): void {
  if (value.tower !== null) {
    const count = r.count(1);
    r.align(4);
    r.check(r.int32() === count, "length is the size of octets");
    value.tower = r.bytes(count);
  }
}

const one: Codec = codec<{ data: number }>(
  (w, v) => w.uint32(v.data),
  (r) => ({ data: r.uint32() }),
);

/** Calls of interfaces that Windows and Samba have. */
export const stockCodecs: Record<string, Codec> = {
  "E1/in": one,
  "E1/out": one,
  E2: codec<{ data: Uint8Array }>(
    (w, v) => {
      w.uint32(v.data.length);
      w.count(v.data.length);
      w.bytes(v.data);
    },
    (r) => {
      const len = r.uint32();
      const data = r.bytes(r.count(1));
      r.check(len === data.length, "len is the size of data");
      return { data };
    },
  ),
  E11: codec<{ entries: EndpointEntry[]; replace: number }>(
    (w, v) => {
      w.uint32(v.entries.length);
      w.count(v.entries.length);
      for (const entry of v.entries) writeEndpointEntry(w, entry);
      for (const entry of v.entries) writeEndpointEntryReferents(w, entry);
      w.uint32(v.replace);
    },
    (r) => {
      const n = r.uint32();
      const count = r.count(29);
      r.check(n === count, "num_ents is the size of entries");
      const entries: EndpointEntry[] = [];
      for (let i = 0; i < count; i++) entries.push(readEndpointEntry(r));
      for (const entry of entries) readEndpointEntryReferents(r, entry);
      return { entries, replace: r.uint32() };
    },
  ),
  E14: codec<LookupSids>(
    (w, v) => {
      w.contextHandle(v.handle);
      w.align(4);
      w.int32(w.range(v.sids === null ? 0 : v.sids.length, 0, 20480));
      w.pointer(v.sids !== null);
      if (v.sids !== null) {
        w.count(v.sids.length);
        for (const { sid } of v.sids) w.pointer(sid !== null);
        for (const { sid } of v.sids) if (sid !== null) writeSid(w, sid);
      }
      w.align(4);
      w.int32(w.range(v.names === null ? 0 : v.names.length, 0, 20480));
      w.pointer(v.names !== null);
      if (v.names !== null) {
        w.count(v.names.length);
        w.int32Array(v.names);
      }
      w.enum16(v.level);
      w.uint32(v.count);
      w.uint32(v.options);
      w.uint32(v.revision);
    },
    (r) => {
      const handle = r.contextHandle();
      r.align(4);
      const sidCount = r.range(r.int32(), 0, 20480);
      let sids: SidHolder[] | null = null;
      if (r.pointer()) {
        const count = r.count(4);
        sids = [];
        for (let i = 0; i < count; i++) sids.push({ sid: r.pointer() ? pending : null });
        for (const holder of sids) if (holder.sid !== null) holder.sid = readSid(r);
      }
      r.check(sidCount === (sids === null ? 0 : sids.length), "num_sids is the size of sids");
      r.align(4);
      const nameCount = r.range(r.int32(), 0, 20480);
      const names = r.pointer() ? r.int32Array(r.count(4)) : null;
      r.check(nameCount === (names === null ? 0 : names.length), "count is the size of names");
      const level = r.enum16();
      return { handle, sids, names, level, count: r.uint32(), options: r.uint32(), revision: r.uint32() };
    },
  ),
  E15: codec<{ vector: { ids: (InterfaceId | null)[] } | null; returnValue: number }>(
    (w, v) => {
      w.pointer(v.vector !== null);
      if (v.vector !== null) {
        w.count(v.vector.ids.length);
        w.align(4);
        w.uint32(v.vector.ids.length);
        for (const id of v.vector.ids) w.pointer(id !== null);
        for (const id of v.vector.ids) {
          if (id !== null) {
            w.guid(id.uuid);
            w.uint16(id.major);
            w.uint16(id.minor);
          }
        }
      }
      w.uint32(v.returnValue);
    },
    (r) => {
      let vector: { ids: (InterfaceId | null)[] } | null = null;
      if (r.pointer()) {
        const count = r.count(4);
        r.align(4);
        r.check(r.uint32() === count, "count is the size of ids");
        const ids: (InterfaceId | null)[] = [];
        for (let i = 0; i < count; i++) ids.push(r.pointer() ? pending : null);
        for (let i = 0; i < count; i++) {
          if (ids[i] !== null) ids[i] = { uuid: r.guid(), major: r.uint16(), minor: r.uint16() };
        }
        vector = { ids };
      }
      return { vector, returnValue: r.uint32() };
    },
  ),
};
