import { describe, expect, it } from "vitest";
import {
  accessCheck,
  accessRights,
  integrityLevels,
  methodRights,
  parseSddl,
  portRights,
  Sid,
  Token,
} from "../src/index.js";
import cases from "./data/access-check.json" with { type: "json" };

interface Case {
  rule: string;
  sddl: string;
  "rights-of"?: string;
  user: string;
  groups?: string[];
  denyOnly?: string[];
  restricted?: string[];
  integrity?: string;
  desired: string;
  granted?: string;
  reason?: string;
  rights?: string;
  ace?: number;
  inRestricted?: boolean;
  level?: number;
}

const people: Record<string, string> = { alice: "S-1-22-1-1000", bob: "S-1-22-1-1001", anonymous: "S-1-5-7" };
const sid = (text: string) => Sid.parse(people[text] ?? text);
const words: Record<string, number> = {
  GENERIC_READ: accessRights.genericRead,
  GENERIC_WRITE: accessRights.genericWrite,
  GENERIC_EXECUTE: accessRights.genericExecute,
  GENERIC_ALL: accessRights.genericAll,
  MAXIMUM_ALLOWED: accessRights.maximumAllowed,
  ACCESS_SYSTEM_SECURITY: accessRights.accessSystemSecurity,
  DELETE: accessRights.delete,
  READ_CONTROL: accessRights.readControl,
  WRITE_DAC: accessRights.writeDac,
  WRITE_OWNER: accessRights.writeOwner,
};
const levels: Record<string, number> = integrityLevels;

/** 0x numbers and words of the published headers, combined by |. */
const mask = (text: string) =>
  text.split("|").reduce((sum, word) => (sum | (words[word] ?? Number(word))) >>> 0, 0);

describe("access check, rule by rule", () => {
  it.each(cases as Case[])("$rule", (rule) => {
    const token = new Token({
      user: sid(rule.user),
      groups: (rule.groups ?? []).map(sid),
      denyOnlySids: (rule.denyOnly ?? []).map(sid),
      restrictedSids: rule.restricted?.map(sid) ?? null,
      integrityLevel: rule.integrity === undefined ? null : (levels[rule.integrity] ?? Number.NaN),
      pid: 1,
    });
    const sd = parseSddl(rule.sddl.replaceAll(/@(alice|bob)/g, (_, name: string) => people[name] ?? ""));
    const mapping = rule["rights-of"] === "method" ? methodRights.mapping : portRights.mapping;
    const decision = accessCheck(token, sd, mask(rule.desired), mapping);
    if (rule.granted !== undefined) {
      expect(decision).toEqual({ granted: true, grantedAccess: mask(rule.granted) });
      return;
    }
    expect(decision).toMatchObject({ granted: false, grantedAccess: 0 });
    expect(decision.deniedBy).toMatchObject({ reason: rule.reason, rights: mask(rule.rights ?? "none") });
    if (decision.deniedBy?.reason === "denied-ace") {
      expect(decision.deniedBy.aceIndex).toBe(rule.ace);
      expect(decision.deniedBy.sid).toBe(sd.dacl?.aces?.[rule.ace ?? -1]?.sid);
    }
    if (decision.deniedBy?.reason === "mandatory-label") expect(decision.deniedBy.level).toBe(rule.level);
    if (decision.deniedBy && "restricted" in decision.deniedBy) {
      expect(decision.deniedBy.restricted).toBe(rule.inRestricted ?? false);
    }
  });

  it("grants no rights to an object type that has none", () => {
    const token = new Token({ user: sid("alice"), groups: [], pid: 1 });
    const none = { read: 0, write: 0, execute: 0, all: 0 };
    const decision = accessCheck(token, parseSddl("D:NO_ACCESS_CONTROL"), accessRights.maximumAllowed, none);
    expect(decision.deniedBy).toEqual({ reason: "no-allowed-ace", rights: 0, restricted: false });
  });
});
