import { describe, expect, it } from "vitest";
import {
  accessCheck,
  methodRights,
  type Sid,
  securityDescriptor,
  Token,
  type TokenRecord,
  type UnixIdentity,
  unixGroup,
  unixToken,
  unixUser,
  wellKnownSids,
} from "../src/index.js";

const { everyone, local, authenticatedUsers, administrators, anonymous, localSystem } = wellKnownSids;
const texts = (sids: readonly Sid[] | null) => sids?.map(String) ?? null;

const record: Required<TokenRecord> = {
  user: unixUser(1),
  groups: [everyone, unixGroup(2)],
  denyOnlySids: [administrators],
  restrictedSids: [unixUser(3)],
  pid: 7,
  integrityLevel: 0x2000,
  sessionId: 2,
  authenticationId: 5n,
};

describe("Token", () => {
  it("equals by content, with a modifiedId of its own", () => {
    const a = new Token(record);
    const b = new Token(record);
    expect(a.equals(b)).toBe(true);
    expect(a.equals(a)).toBe(true);
    expect(b.modifiedId).toBeGreaterThan(a.modifiedId);
  });

  const changes: [string, Partial<TokenRecord>][] = [
    ["user", { user: unixUser(2) }],
    ["groups", { groups: [everyone, unixGroup(3)] }],
    ["fewer groups", { groups: [everyone] }],
    ["denyOnlySids", { denyOnlySids: [] }],
    ["restrictedSids", { restrictedSids: [] }],
    ["no restriction", { restrictedSids: null }],
    ["pid", { pid: 8 }],
    ["integrityLevel", { integrityLevel: null }],
    ["sessionId", { sessionId: 3 }],
    ["authenticationId", { authenticationId: null }],
  ];
  it.each(changes)("differs by %s", (_, change) => {
    expect(new Token(record).equals(new Token({ ...record, ...change }))).toBe(false);
    expect(new Token({ ...record, ...change }).equals(new Token(record))).toBe(false);
  });

  it("cannot be changed, nor through the lists it was made of", () => {
    const groups = [everyone];
    const token = new Token({ user: unixUser(1), groups, pid: 1 });
    groups.push(administrators);
    expect(token.groups).toEqual([everyone]);
    expect(token.has(administrators)).toBe(false);
    expect(() => Object.assign(token, { user: administrators })).toThrow(TypeError);
    expect(() => Object.assign(token.groups, { 0: administrators })).toThrow(TypeError);
  });

  it("has its SIDs", () => {
    const token = new Token(record);
    expect([token.has(unixUser(1)), token.has(everyone), token.has(administrators)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([token.hasForDeny(administrators), token.hasForDeny(unixUser(1))]).toEqual([true, true]);
    expect(token.hasForDeny(unixUser(9))).toBe(false);
    expect([token.hasRestricted(unixUser(3)), token.hasRestricted(unixUser(1))]).toEqual([true, false]);
    expect(new Token({ user: unixUser(1), groups: [], pid: 1 }).hasRestricted(unixUser(1))).toBe(false);
  });

  it("keeps Everyone and Authenticated Users from the anonymous", () => {
    const token = new Token({ user: anonymous, groups: [everyone, local, authenticatedUsers], pid: 1 });
    expect(token.anonymous).toBe(true);
    expect(token.groups).toEqual([local]);
    expect(new Token(record).anonymous).toBe(false);
  });
});

const alice: UnixIdentity = {
  effectiveUid: 1000,
  effectiveGid: 1000,
  realUid: 1000,
  realGid: 1000,
  groups: [4, 1000, 65534],
  pid: 42,
};

describe("unixToken", () => {
  it("is the user, its mapped groups once each, and the groups of every local user", () => {
    const token = unixToken(alice);
    expect(token.user.toString()).toBe("S-1-22-1-1000");
    expect(texts(token.groups)).toEqual(["S-1-22-2-1000", "S-1-22-2-4", "S-1-1-0", "S-1-2-0", "S-1-5-11"]);
    expect(token).toMatchObject({ restrictedSids: null, pid: 42, anonymous: false, integrityLevel: null });
  });

  it("puts root among the administrators, not in the place of LocalSystem", () => {
    const token = unixToken({ ...alice, effectiveUid: 0, realUid: 0 });
    expect(token.has(administrators)).toBe(true);
    expect(token.has(localSystem)).toBe(false);
    expect(token.restrictedSids).toBeNull();
    expect(unixToken(alice).has(administrators)).toBe(false);
  });

  it("is restricted by the real ids where they differ", () => {
    const token = unixToken({ ...alice, effectiveUid: 0, effectiveGid: 0 });
    expect(token.user).toEqual(unixUser(0));
    expect(token.has(administrators)).toBe(true);
    expect(texts(token.restrictedSids)).toEqual([
      "S-1-22-1-1000",
      "S-1-22-2-1000",
      "S-1-22-2-4",
      "S-1-1-0",
      "S-1-2-0",
      "S-1-5-11",
    ]);
  });

  it("is restricted where only the group differs", () => {
    expect(texts(unixToken({ ...alice, realGid: 5 }).restrictedSids)).toContain("S-1-22-2-5");
  });

  it.each([
    [0, 1000, [0], false],
    [0, 1000, [1000], false],
    [0, 1000, [0, 1000], true],
    [1000, 0, [1000], false],
    [1000, 0, [0, 1000], true],
    [1000, 1000, [1000], true],
    [1000, 1000, [0], false],
  ])("effective uid %d, real uid %d, allowed %j: %s", (effectiveUid, realUid, allowed, granted) => {
    const sd = securityDescriptor({ owner: unixUser(9), allow: allowed.map(unixUser) });
    const token = unixToken({ ...alice, effectiveUid, realUid });
    expect(accessCheck(token, sd, methodRights.call, methodRights.mapping).granted).toBe(granted);
  });

  it.each([{ effectiveUid: 65534 }, { realUid: 65534 }, { effectiveUid: 0xffff_ffff }, { pid: 0 }])(
    "is anonymous, without groups, with %j",
    (change) => {
      const token = unixToken({ ...alice, ...change });
      expect(token).toMatchObject({ anonymous: true, groups: [], restrictedSids: null });
    },
  );

  it.each([{ effectiveUid: -1 }, { realUid: 0.5 }, { realGid: 2 ** 32 }, { groups: [Number.NaN] }])(
    "refuses %j",
    (change) => {
      expect(() => unixToken({ ...alice, ...change })).toThrow(RangeError);
    },
  );
});
