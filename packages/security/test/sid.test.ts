import { describe, expect, it } from "vitest";
import {
  SecurityFormatError,
  Sid,
  unixGidOf,
  unixGroup,
  unixUidOf,
  unixUser,
  wellKnownSids,
} from "../src/index.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Text form and packet form, checked by hand against MS-DTYP 2.4.2.2. */
const vectors = [
  ["S-1-1-0", "010100000000000100000000"],
  ["S-1-5-18", "010100000000000512000000"],
  ["S-1-5-32-544", "01020000000000052000000020020000"],
  ["S-1-22-1-1000", "01020000000000160100" + "0000e8030000"],
  ["S-1-5", "0100000000000005"],
  ["S-1-0x010203040506-4294967295", "0101010203040506ffffffff"],
  ["S-1-4294967295-1", "01010000ffffffff01000000"],
] as const;

describe("Sid", () => {
  it.each(vectors)("%s in octets", (text, octets) => {
    const sid = Sid.parse(text);
    expect(hex(sid.toBytes())).toBe(octets);
    expect(sid.byteLength).toBe(octets.length / 2);
    expect(Sid.fromBytes(Buffer.from(octets, "hex")).toString()).toBe(text);
    expect(JSON.stringify({ sid })).toBe(`{"sid":"${text}"}`);
  });

  it.each([
    ["s-1-5-018", "S-1-5-18"],
    ["S-1-0x16-1-1000", "S-1-22-1-1000"],
    ["S-1-0xABCDEF012345-1", "S-1-0xabcdef012345-1"],
  ])("reads %s as %s", (text, canonical) => {
    expect(Sid.parse(text).toString()).toBe(canonical);
    expect(Sid.parse(text).equals(Sid.parse(canonical))).toBe(true);
  });

  it.each([
    "",
    "S-1",
    "S-1-",
    "S-1-5-",
    "S-1-5--1",
    "S-2-5-18",
    "S-1-5-18 ",
    " S-1-5-18",
    "S-1-5-4294967296",
    "S-1-0x1000000000000-1",
    "S-1-5-0x12",
    "S-1-1-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16",
    "S-1-5-18\n",
    `S-1-5${"-1".repeat(100_000)}`,
  ])("refuses the text %#", (text) => {
    expect(() => Sid.parse(text)).toThrow(SecurityFormatError);
  });

  it.each([
    ["", 0, "cut off"],
    ["01010000000000", 0, "cut off"],
    ["0201000000000005" + "12000000", 0, "revision is 2"],
    [`0110000000000005${"00".repeat(64)}`, 1, "16 sub-authorities"],
    ["0102000000000005" + "12000000", 0, "needs 16 octets, 12 are left"],
  ])("refuses the octets %#", (octets, offset, problem) => {
    const read = () => Sid.fromBytes(Buffer.from(octets, "hex"));
    expect(read).toThrow(problem);
    expect(read).toThrow(expect.objectContaining({ name: "SecurityFormatError", offset }));
  });

  it.each([-1, 0.5, 9, Number.NaN])("refuses the offset %d", (offset) => {
    expect(() => Sid.fromBytes(wellKnownSids.everyone.toBytes(), offset)).toThrow(SecurityFormatError);
  });

  it("reads within a larger buffer, also a view of one", () => {
    const bytes = Buffer.concat([Buffer.alloc(5), wellKnownSids.administrators.toBytes(), Buffer.alloc(3)]);
    expect(Sid.fromBytes(bytes, 5).equals(wellKnownSids.administrators)).toBe(true);
    expect(Sid.fromBytes(bytes.subarray(5)).equals(wellKnownSids.administrators)).toBe(true);
  });

  it("is longest with 68 octets", () => {
    expect(Sid.of(5, ...Array<number>(15).fill(0xffff_ffff)).toBytes()).toHaveLength(68);
  });

  it.each([
    [-1, 0],
    [2 ** 48, 0],
    [1.5, 0],
    [5, -1],
    [5, 2 ** 32],
    [5, 0.1],
  ])("refuses the numbers %d, %d", (authority, sub) => {
    expect(() => Sid.of(authority, sub)).toThrow(SecurityFormatError);
  });

  it("cannot be changed, nor through the numbers it was made of", () => {
    const sid = Sid.parse("S-1-5-21-7");
    expect(() => Object.assign(sid, { authority: 1 })).toThrow(TypeError);
    expect(() => Object.assign(sid.subAuthorities, { 0: 1 })).toThrow(TypeError);
    sid.toBytes().fill(0);
    expect(Sid.parse("S-1-5-21-7").toBytes()[0]).toBe(1);
  });

  it("interns a bounded number, and equals does not depend on it", () => {
    for (let i = 0; i < 5000; i++) Sid.of(99, i);
    expect(Sid.of(5, 18)).toBe(wellKnownSids.localSystem);
    expect(Sid.of(99, 4999)).not.toBe(Sid.of(99, 4999));
    expect(Sid.of(99, 4999).equals(Sid.of(99, 4999))).toBe(true);
    expect(Sid.of(99, 4999).equals(Sid.of(99, 4998))).toBe(false);
  });

  it("knows its last number", () => {
    expect(wellKnownSids.highIntegrity.rid).toBe(0x3000);
    expect(Sid.parse("S-1-5").rid).toBeNull();
  });
});

describe("Linux mapping", () => {
  it("maps users and groups and back", () => {
    expect(unixUser(1000).toString()).toBe("S-1-22-1-1000");
    expect(unixGroup(0).toString()).toBe("S-1-22-2-0");
    expect(unixUidOf(unixUser(4294967294))).toBe(4294967294);
    expect(unixGidOf(unixGroup(4))).toBe(4);
  });

  it("tells users from groups and from everything else", () => {
    expect(unixUidOf(unixGroup(4))).toBeNull();
    expect(unixGidOf(unixUser(4))).toBeNull();
    for (const text of ["S-1-5-18", "S-1-22-1", "S-1-22-1-4-5", "S-1-5-1-4", "S-1-22", "S-1-22-3-4"]) {
      expect(unixUidOf(Sid.parse(text))).toBeNull();
      expect(unixGidOf(Sid.parse(text))).toBeNull();
    }
  });

  it.each([65534, 0xffff_ffff])("has no user or group %d: anonymous", (id) => {
    expect(unixUser(id)).toBe(wellKnownSids.anonymous);
    expect(unixGroup(id)).toBe(wellKnownSids.anonymous);
    expect(unixUidOf(Sid.of(22, 1, id))).toBeNull();
    expect(unixGidOf(Sid.of(22, 2, id))).toBeNull();
  });

  it.each([-1, 1.5, 2 ** 32, Number.NaN])("refuses the id %d", (id) => {
    expect(() => unixUser(id)).toThrow(RangeError);
    expect(() => unixGroup(id)).toThrow(RangeError);
  });
});
