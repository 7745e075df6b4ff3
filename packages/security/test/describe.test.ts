import { describe, expect, it } from "vitest";
import {
  type AccessDenial,
  accessRights,
  describeDenial,
  describeSecurityDescriptor,
  describeSid,
  formatSddl,
  methodRights,
  nameRights,
  ownerOnly,
  parseSddl,
  portRights,
  Sid,
  securityDescriptor,
  unixGroup,
  unixUser,
  wellKnownSids,
} from "../src/index.js";

const names = {
  user: (uid: number) => (uid === 1000 ? "alice" : null),
  group: (gid: number) => (gid === 4 ? "adm" : undefined),
};

describe("describeSid", () => {
  it.each([
    [unixUser(1000), "user alice (uid 1000)"],
    [unixUser(1001), "uid 1001"],
    [unixGroup(4), "group adm (gid 4)"],
    [unixGroup(5), "gid 5"],
    [wellKnownSids.everyone, "everyone"],
    [wellKnownSids.authenticatedUsers, "authenticated users"],
    [Sid.parse("S-1-5-21-1-2-3-500"), "S-1-5-21-1-2-3-500"],
  ])("%s", (sid, text) => {
    expect(describeSid(sid, names)).toBe(text);
  });

  it("does without names", () => {
    expect(describeSid(unixUser(1000))).toBe("uid 1000");
    expect(describeSid(unixGroup(4))).toBe("gid 4");
  });
});

describe("describeSecurityDescriptor", () => {
  it.each([
    ["", ["everyone may do everything: there is no access control list"]],
    [
      "O:S-1-22-1-1000G:S-1-22-2-4D:NO_ACCESS_CONTROL",
      [
        "owner: user alice (uid 1000)",
        "group: group adm (gid 4)",
        "everyone may do everything: there is no access control list",
      ],
    ],
    [
      "O:BAD:",
      [
        "owner: administrators",
        "the owner may read and change the permissions",
        "nobody else may do anything: the access control list is empty",
      ],
    ],
    [
      "O:BAD:(D;;GA;;;AN)(A;ID;GX;;;S-1-22-2-4)(A;OICIIO;GR;;;CO)(A;;0x1c0000;;;OW)",
      [
        "owner: administrators",
        "1. anonymous may not: everything",
        "2. group adm (gid 4) may: call, read permissions (inherited)",
        "3. creator owner may: read permissions (only for what inherits it)",
        "4. owner rights may: change permissions, take ownership, synchronize",
      ],
    ],
    [
      "D:(A;;0x03010002;;;WD)(A;;;;;WD)(OA;;CC;bf967aba-0de6-11d0-a285-00aa003049e2;f30e3bbe-9ff0-11d1-b603-0000f80367c1;WD)",
      [
        "1. everyone may: delete, access the audit list, whatever is allowed, 0x2",
        "2. everyone may: nothing",
        "3. everyone may: call (only property bf967aba-0de6-11d0-a285-00aa003049e2, only in class f30e3bbe-9ff0-11d1-b603-0000f80367c1)",
      ],
    ],
    [
      "D:S:(ML;;NWNRNX;;;HI)(ML;;;;;LW)(AU;SAFA;GA;;;WD)(AU;FA;GX;;;WD)(AU;;GX;;;WD)",
      [
        "nobody may do anything: the access control list is empty",
        "below high integrity nobody may: read, write, execute",
        "below low integrity nobody may: (no policy)",
        "audit everyone when granted or refused: everything",
        "audit everyone when refused: call, read permissions",
        "audit everyone when never: call, read permissions",
      ],
    ],
  ])("%s", (sddl, lines) => {
    expect(describeSecurityDescriptor(parseSddl(sddl), methodRights, names)).toEqual(lines);
  });

  it("does without names", () => {
    expect(describeSecurityDescriptor(parseSddl("O:S-1-22-1-1000"), portRights)[0]).toBe("owner: uid 1000");
  });
});

describe("describeDenial", () => {
  const denials: [AccessDenial, string][] = [
    [
      { reason: "denied-ace", aceIndex: 1, sid: unixUser(1000), rights: 1, restricted: false },
      "entry 2 denies user alice (uid 1000): call",
    ],
    [
      { reason: "denied-ace", aceIndex: 0, sid: unixUser(7), rights: 1, restricted: true },
      "entry 1 denies uid 7, one of the restricting SIDs (the real identity of the caller): call",
    ],
    [
      { reason: "no-allowed-ace", rights: 0x1_0001, restricted: false },
      "no entry allows the caller: call, delete",
    ],
    [
      { reason: "no-allowed-ace", rights: 1, restricted: true },
      "no entry allows the restricting SIDs (the real identity of the caller): call",
    ],
    [
      { reason: "mandatory-label", level: 0x3000, rights: 1 },
      "the integrity level of the object, 0x3000, is above the caller's: call",
    ],
    [
      { reason: "privilege", rights: accessRights.accessSystemSecurity },
      "no entry can allow this, only a privilege: access the audit list",
    ],
    [{ reason: "nothing-desired", rights: 0 }, "no access right was asked for"],
  ];
  it.each(denials)("%j", (denial, text) => {
    expect(describeDenial(denial, methodRights, names)).toBe(text);
  });

  it("does without names", () => {
    const denial = {
      reason: "denied-ace",
      aceIndex: 0,
      sid: unixUser(7),
      rights: 1,
      restricted: false,
    } as const;
    expect(describeDenial(denial, portRights)).toBe("entry 1 denies uid 7: connect");
  });
});

describe("builder", () => {
  it("lets the owner alone do everything by default", () => {
    expect(formatSddl(ownerOnly(unixUser(1000)))).toBe("O:S-1-22-1-1000D:P(A;;GA;;;S-1-22-1-1000)");
  });

  it("puts denied SIDs first and lets the allowed ones use, not administer", () => {
    const sd = securityDescriptor({
      owner: unixUser(0),
      group: unixGroup(0),
      allow: [wellKnownSids.users, unixGroup(4)],
      deny: [unixUser(1000)],
    });
    expect(formatSddl(sd)).toBe(
      "O:S-1-22-1-0G:S-1-22-2-0D:P(D;;GA;;;S-1-22-1-1000)(A;;GRGX;;;BU)(A;;GRGX;;;S-1-22-2-4)",
    );
    expect(parseSddl(formatSddl(sd))).toEqual(sd);
    const mask = sd.dacl?.aces?.[1]?.mask ?? 0;
    expect(nameRights(mask, methodRights)).toEqual(["call", "read permissions"]);
    expect(nameRights(mask, portRights)).toEqual(["connect", "read permissions"]);
  });

  it("takes other rights, and an empty list for nobody", () => {
    expect(
      formatSddl(securityDescriptor({ owner: unixUser(0), allow: [wellKnownSids.everyone], rights: 1 })),
    ).toBe("O:S-1-22-1-0D:P(A;;CC;;;WD)");
    expect(formatSddl(securityDescriptor({ owner: unixUser(0), allow: [] }))).toBe("O:S-1-22-1-0D:P");
  });
});
