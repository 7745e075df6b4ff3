import {
  type Ace,
  aceFlags,
  type GenericMapping,
  type SecurityDescriptor,
  type Token,
} from "../src/index.js";

/**
 * The access check once more, slowly and in another way: every single right is decided alone, as a yes/no question
 * over lists of texts. Written from the documentation, without a look at the code under test.
 */
export function modelAccessCheck(
  token: Token,
  sd: SecurityDescriptor,
  desired: number,
  mapping: GenericMapping,
): { granted: boolean; grantedAccess: number } {
  const wanted = rightsOf(expand(desired, mapping));
  const maximum = wanted.delete(25);
  const refused = { granted: false, grantedAccess: 0 };
  if ((wanted.size === 0 && !maximum) || wanted.has(24)) return refused;
  const candidates = maximum ? new Set([...Array(24).keys(), ...wanted]) : wanted;
  const everything = rightsOf(mapping.all);
  const result = new Set(
    [...candidates].filter((right) => {
      if (labelRefuses(token, sd, right, mapping)) return false;
      if (sd.dacl === null || sd.dacl.aces === null) return wanted.has(right) || everything.has(right);
      const mine = { allow: names(token.user, ...token.groups), deny: names(...token.denyOnlySids) };
      if (!decide(mine, sd, sd.dacl.aces, right, mapping)) return false;
      if (token.restrictedSids === null) return true;
      return decide({ allow: names(...token.restrictedSids), deny: [] }, sd, sd.dacl.aces, right, mapping);
    }),
  );
  if (result.size === 0 || [...wanted].some((right) => !result.has(right))) return refused;
  return { granted: true, grantedAccess: [...result].reduce((sum, right) => sum + 2 ** right, 0) };
}

const OWNER_RIGHTS = "S-1-3-4";

interface Names {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

function names(...sids: readonly { toString(): string }[]): string[] {
  return sids.map((sid) => sid.toString());
}

/** Numbers of the bits that are set. */
function rightsOf(mask: number): Set<number> {
  return new Set([...Array(32).keys()].filter((bit) => Math.floor(mask / 2 ** bit) % 2 === 1));
}

function expand(mask: number, mapping: GenericMapping): number {
  const bits = rightsOf(mask);
  for (const [generic, stands] of [
    [31, mapping.read],
    [30, mapping.write],
    [29, mapping.execute],
    [28, mapping.all],
  ] as const) {
    if (bits.delete(generic)) for (const bit of rightsOf(stands)) bits.add(bit);
  }
  return [...bits].reduce((sum, bit) => sum + 2 ** bit, 0);
}

function decide(
  who: Names,
  sd: SecurityDescriptor,
  aces: readonly Ace[],
  right: number,
  mapping: GenericMapping,
): boolean {
  const effective = aces.filter((ace) => !rightsOf(ace.flags).has(Math.log2(aceFlags.inheritOnly)));
  const owner = sd.owner?.toString() ?? "nobody";
  const speaksOfOwner = effective.some((ace) => ace.sid.toString() === OWNER_RIGHTS);
  if (!speaksOfOwner && who.allow.includes(owner) && (right === 17 || right === 18)) return true;
  const deciding = effective.find((ace) => {
    const subject = ace.sid.toString() === OWNER_RIGHTS ? owner : ace.sid.toString();
    if (!rightsOf(expand(ace.mask, mapping)).has(right)) return false;
    if (ace.type === "denied") return [...who.allow, ...who.deny].includes(subject);
    return ace.scope === undefined && who.allow.includes(subject);
  });
  return deciding?.type === "allowed";
}

function labelRefuses(token: Token, sd: SecurityDescriptor, right: number, mapping: GenericMapping): boolean {
  if (token.integrityLevel === null) return false;
  const labels = (sd.sacl?.aces ?? []).filter((ace) => ace.type === "mandatoryLabel");
  const label = labels.find((ace) => !rightsOf(ace.flags).has(3));
  const level = label ? Number(label.sid.toString().split("-")[3]) : 8192;
  if (token.integrityLevel >= level) return false;
  const policy = label ? rightsOf(label.mask) : new Set([0]);
  const left = [
    policy.has(1) ? 0 : mapping.read,
    policy.has(0) ? 0 : mapping.write,
    policy.has(2) ? 0 : mapping.execute,
  ];
  return !left.some((mask) => rightsOf(mask).has(right));
}
