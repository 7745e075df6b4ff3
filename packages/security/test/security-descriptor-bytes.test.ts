import { describe, expect, it } from "vitest";
import {
  formatSddl,
  parseSddl,
  Sid,
  securityDescriptorFromBytes,
  securityDescriptorToBytes,
} from "../src/index.js";
import vectors from "./data/binary.json" with { type: "json" };
import errors from "./data/binary-errors.json" with { type: "json" };
import corpus from "./data/sddl-corpus.json" with { type: "json" };

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const unhex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("self-relative security descriptor", () => {
  it.each(vectors)("$of, octet by octet", ({ sddl, octets }) => {
    const sd = parseSddl(sddl);
    const bytes = unhex(octets.join(""));
    expect(hex(securityDescriptorToBytes(sd))).toBe(hex(bytes));
    expect(securityDescriptorFromBytes(bytes)).toEqual(sd);
    const padded = Buffer.concat([Buffer.alloc(3, 0xff), bytes, Buffer.alloc(9, 0xff)]);
    expect(securityDescriptorFromBytes(padded.subarray(3))).toEqual(sd);
  });

  it.each(corpus as { of: string; sddl: string; domain?: string }[])(
    "round trip: $of",
    ({ sddl, domain }) => {
      const sd = parseSddl(sddl, domain === undefined ? {} : { domain: Sid.parse(domain) });
      expect(securityDescriptorFromBytes(securityDescriptorToBytes(sd))).toEqual(sd);
    },
  );

  it.each(errors)("refuses $of", ({ octets, offset, problem }) => {
    const read = () => securityDescriptorFromBytes(unhex(octets));
    expect(read).toThrow(problem);
    expect(read).toThrow(expect.objectContaining({ name: "SecurityFormatError", offset }));
  });

  it("ignores lists that the control field does not announce, and octets after a SID in its ACE", () => {
    const unannounced = unhex("01000080 00000000 00000000 00000000 ffffffff");
    expect(securityDescriptorFromBytes(unannounced).dacl).toBeNull();
    const roomy = unhex(
      "01000480 00000000 00000000 00000000 14000000 0200200001000000 0000180000000010 010100000000000100000000 deadbeef",
    );
    expect(formatSddl(securityDescriptorFromBytes(roomy))).toBe("D:(A;;GA;;;WD)");
  });

  it("reads an object ACE without GUIDs as the plain one that it is", () => {
    const bytes = unhex(
      "01000480 00000000 00000000 00000000 14000000 0400200001000000 0500180000000010 00000000 010100000000000100000000",
    );
    expect(securityDescriptorFromBytes(bytes)).toEqual(parseSddl("D:(A;;GA;;;WD)"));
  });

  it("keeps nothing of the buffer", () => {
    const bytes = unhex(vectors.at(-2)?.octets.join("") ?? "");
    const sd = securityDescriptorFromBytes(bytes);
    const text = formatSddl(sd);
    bytes.fill(0);
    expect(formatSddl(sd)).toBe(text);
  });

  it("refuses to write what has no octets", () => {
    const sid = Sid.of(16, 0x1000);
    const scope = { objectType: "not a GUID", inheritedObjectType: null };
    const allowed = { type: "allowed", flags: 0, mask: 1, sid, scope } as const;
    const label = { type: "mandatoryLabel", flags: 0, mask: 1, sid, scope } as const;
    const nothing = { owner: null, group: null, dacl: null, sacl: null };
    expect(() => securityDescriptorToBytes({ ...nothing, dacl: { flags: 0, aces: [allowed] } })).toThrow(
      '"not a GUID" is not a GUID',
    );
    expect(() => securityDescriptorToBytes({ ...nothing, sacl: { flags: 0, aces: [label] } })).toThrow(
      'no object ACE of type "mandatoryLabel"',
    );
    const plain = { type: "allowed", flags: 0, mask: 1, sid } as const;
    const aces = Array(3277).fill(plain);
    expect(() => securityDescriptorToBytes({ ...nothing, dacl: { flags: 0, aces } })).toThrow("65548 octets");
    expect(() =>
      securityDescriptorToBytes({ ...nothing, dacl: { flags: 0, aces: aces.slice(1) } }),
    ).not.toThrow();
  });
});
