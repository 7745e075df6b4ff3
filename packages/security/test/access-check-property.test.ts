import { expect, it } from "vitest";
import {
  type Acl,
  accessCheck,
  type DaclAce,
  formatSddl,
  methodRights,
  parseSddl,
  portRights,
  type SaclAce,
  type SecurityDescriptor,
  Sid,
  securityDescriptorFromBytes,
  securityDescriptorToBytes,
  Token,
  wellKnownSids,
} from "../src/index.js";
import { modelAccessCheck } from "./access-model.js";
import { Random } from "./random.js";

const { NCALRPC_FUZZ = "1500" } = process.env;
const ROUNDS = Number(NCALRPC_FUZZ);
const FUZZ_TIMEOUT_MS = 5_000 + 10 * ROUNDS;
const { everyone, authenticatedUsers, anonymous, ownerRights, administrators, self } = wellKnownSids;
const users = [Sid.of(22, 1, 1), Sid.of(22, 1, 2), anonymous] as const;
const groups = [everyone, authenticatedUsers, administrators, Sid.of(22, 2, 1)] as const;
const trustees = [...users, ...groups, ownerRights, ownerRights, self] as const;
const levels = [0, 0x1000, 0x2000, 0x3000] as const;
const masks = [
  1, 2, 0x1_0000, 0x2_0000, 0x4_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000, 0x8000_0000,
] as const;
const GUID = "bf967aba-0de6-11d0-a285-00aa003049e2";

function randomMask(random: Random): number {
  if (random.chance(0.02)) return random.below(2 ** 32);
  return random
    .list(1 + random.below(3), () => random.pick(masks))
    .reduce((sum, bit) => (sum | bit) >>> 0, 0);
}

function randomAce(random: Random): DaclAce {
  const ace: DaclAce = {
    type: random.chance(0.7) ? "allowed" : "denied",
    flags: random.chance(0.15) ? random.below(256) : 0,
    mask: randomMask(random),
    sid: random.pick(trustees),
  };
  if (!random.chance(0.05)) return ace;
  return { ...ace, scope: { objectType: random.chance(0.5) ? GUID : null, inheritedObjectType: GUID } };
}

function randomSacl(random: Random): Acl<SaclAce> | null {
  if (random.chance(0.5)) return null;
  if (random.chance(0.1)) return { flags: 0, aces: null };
  const aces = random.list(random.below(3), (): SaclAce => {
    const flags = random.chance(0.2) ? random.below(256) : 0;
    if (random.chance(0.2)) return { type: "audit", flags, mask: randomMask(random), sid: everyone };
    return { type: "mandatoryLabel", flags, mask: random.below(8), sid: Sid.of(16, random.pick(levels)) };
  });
  return { flags: random.below(8), aces };
}

function randomDescriptor(random: Random): SecurityDescriptor {
  const aces = random.chance(0.03) ? null : random.list(random.below(6), () => randomAce(random));
  return {
    owner: random.chance(0.1) ? null : random.pick([...users, administrators]),
    group: random.chance(0.5) ? null : random.pick(groups),
    dacl: random.chance(0.02) ? null : { flags: random.below(8), aces },
    sacl: randomSacl(random),
  };
}

function randomToken(random: Random): Token {
  return new Token({
    user: random.pick(users),
    groups: random.some(groups, 0.5),
    denyOnlySids: random.chance(0.2) ? random.some(groups, 0.4) : [],
    restrictedSids: random.chance(0.3) ? random.some([...users, ...groups], 0.6) : null,
    integrityLevel: random.chance(0.3) ? random.pick(levels) : null,
    pid: 1,
  });
}

it("agrees with a slow model that decides right by right, and every descriptor survives both of its forms", {
  timeout: FUZZ_TIMEOUT_MS,
}, () => {
  const random = new Random(20_240_501);
  const outcomes = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const sd = randomDescriptor(random);
    const token = randomToken(random);
    const desired = (randomMask(random) | (random.chance(0.3) ? 0x0200_0000 : 0)) >>> 0;
    const mapping = random.chance(0.5) ? portRights.mapping : methodRights.mapping;
    const { deniedBy, ...decision } = accessCheck(token, sd, desired, mapping);
    const where = `round ${round}: ${formatSddl(sd)} desired 0x${desired.toString(16)}`;
    expect(decision, where).toEqual(modelAccessCheck(token, sd, desired, mapping));
    expect(deniedBy === undefined, where).toBe(decision.granted);
    if (deniedBy?.reason === "denied-ace") {
      expect(sd.dacl?.aces?.[deniedBy.aceIndex], where).toMatchObject({ type: "denied", sid: deniedBy.sid });
    }
    const outcome = deniedBy?.reason ?? "granted";
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    expect(parseSddl(formatSddl(sd)), where).toEqual(sd);
    expect(securityDescriptorFromBytes(securityDescriptorToBytes(sd)), where).toEqual(sd);
  }
  // The rounds are worth something only if they reach every kind of answer often.
  for (const outcome of ["granted", "denied-ace", "no-allowed-ace", "mandatory-label"]) {
    expect(outcomes.get(outcome), outcome).toBeGreaterThan(ROUNDS / 50);
  }
});
