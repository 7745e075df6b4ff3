import { describe, expect, it } from "vitest";
import { formatSddl, parseSddl, SddlError, Sid, unixUser } from "../src/index.js";
import corpus from "./data/sddl-corpus.json" with { type: "json" };
import errors from "./data/sddl-errors.json" with { type: "json" };

interface Text {
  of: string;
  sddl: string;
  canonical?: string;
  domain?: string;
}

function errorOf(action: () => unknown): SddlError {
  try {
    action();
  } catch (error) {
    if (error instanceof SddlError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("SDDL", () => {
  it.each(corpus as Text[])("round trip: $of", ({ sddl, canonical, domain }) => {
    const sd = parseSddl(sddl, domain === undefined ? {} : { domain: Sid.parse(domain) });
    const text = formatSddl(sd);
    expect(text).toBe(canonical ?? sddl);
    expect(parseSddl(text)).toEqual(sd);
  });

  it.each(errors)("refuses $sddl", ({ sddl, position, problem }) => {
    const error = errorOf(() => parseSddl(sddl));
    expect(error.message).toContain(problem);
    expect(error.position).toBe(position);
    expect(error.hint).not.toBe("");
    expect(error.message).toContain(error.hint);
  });

  it("reads a descriptor into plain records", () => {
    expect(parseSddl("O:BAD:P(D;CIIO;GX;;;S-1-22-1-7)")).toEqual({
      owner: Sid.parse("S-1-5-32-544"),
      group: null,
      dacl: { flags: 1, aces: [{ type: "denied", flags: 0x0a, mask: 0x2000_0000, sid: unixUser(7) }] },
      sacl: null,
    });
  });

  it("can insist on a DACL", () => {
    expect(errorOf(() => parseSddl("O:BA", { requireDacl: true })).message).toContain("there is no D:");
    expect(parseSddl("D:", { requireDacl: true }).dacl).toEqual({ flags: 0, aces: [] });
  });

  it("refuses a domain SID too long to take a RID", () => {
    const domain = Sid.of(5, ...Array<number>(15).fill(1));
    expect(() => parseSddl("O:DA", { domain })).toThrow("16 sub-authorities");
  });

  it("refuses to print what SDDL cannot say", () => {
    const sid = Sid.parse("S-1-16-0");
    const scope = { objectType: "bf967aba-0de6-11d0-a285-00aa003049e2", inheritedObjectType: null };
    const label = { type: "mandatoryLabel", flags: 0, mask: 1, sid, scope } as const;
    const sd = { owner: null, group: null, dacl: null, sacl: { flags: 0, aces: [label] } };
    expect(() => formatSddl(sd)).toThrow(/no object ACE of type "mandatoryLabel"/);
  });
});
