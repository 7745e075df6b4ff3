import { accessRights, type GenericMapping, mapGenericRights } from "./access-rights.js";
import { type Ace, aceFlags, labelPolicy } from "./ace.js";
import { namesOwnerRights } from "./ace-rules.js";
import type { SecurityDescriptor } from "./security-descriptor.js";
import type { Sid } from "./sid.js";
import type { Token } from "./token.js";
import { integrityLevels, wellKnownSids } from "./well-known-sids.js";

/** Why access was refused; `describeDenial` makes a sentence of it. Masks are unsigned 32-bit. */
export type AccessDenial =
  /** The ACE of that index in the DACL refused `rights`. `restricted`: to one of the restricting SIDs. */
  | ({ readonly reason: "denied-ace"; readonly aceIndex: number; readonly sid: Sid } & Refused)
  /** No ACE grants `rights`, to the token's SIDs or, where `restricted`, to its restricting SIDs. */
  | ({ readonly reason: "no-allowed-ace" } & Refused)
  /** The object's integrity label is above the token's level. */
  | { readonly reason: "mandatory-label"; readonly level: number; readonly rights: number }
  /** ACCESS_SYSTEM_SECURITY comes from a privilege, never from a descriptor. */
  | { readonly reason: "privilege"; readonly rights: number }
  /** No right was asked for. */
  | { readonly reason: "nothing-desired"; readonly rights: number };

interface Refused {
  readonly rights: number;
  readonly restricted: boolean;
}

export interface AccessDecision {
  readonly granted: boolean;
  /** What was granted, generic rights mapped; 0 where refused. */
  readonly grantedAccess: number;
  /** Given where refused. */
  readonly deniedBy?: AccessDenial;
}

/** Rights that a descriptor can grant: all but ACCESS_SYSTEM_SECURITY, MAXIMUM_ALLOWED, reserved and generic ones. */
const GRANTABLE = 0x00ff_ffff;
const OWNER_IMPLICIT = accessRights.readControl | accessRights.writeDac;

/**
 * The access check (MS-DTYP 2.5.3.2): what the holder of `token` may do with an object of descriptor `sd`.
 *
 * - No DACL or the NULL DACL grants everything. Otherwise the first ACE, in the order given, that names one of the
 *   token's SIDs and a right decides on that right; what no ACE decides on is refused.
 * - The owner has READ_CONTROL and WRITE_DAC without asking the DACL, unless an OWNER RIGHTS (S-1-3-4) ACE is in it,
 *   which then speaks about the owner. Inherit-only ACEs say nothing here.
 * - A restricted token needs every right twice, from its SIDs and from its restricting SIDs.
 * - Generic rights are mapped, in what is desired and in ACEs. MAXIMUM_ALLOWED grants all that could be granted, and
 *   refuses if that is nothing, or lacks a right that was named beside it.
 * - Where the token carries an integrity level below the object's label (medium and no-write-up if it has none), the
 *   label takes rights away first.
 * - Object ACEs: there is no property to ask about, so a scoped allowed ACE grants nothing and a denied one denies
 *   all the same. PRINCIPAL SELF (S-1-5-10) matches nobody.
 *
 * Pure; allocates nothing but its result.
 */
export function accessCheck(
  token: Token,
  sd: SecurityDescriptor,
  desiredAccess: number,
  genericMapping: GenericMapping,
): AccessDecision {
  const mapped = mapGenericRights(desiredAccess, genericMapping);
  if (mapped === 0) return refuse({ reason: "nothing-desired", rights: 0 });
  const maximum = (mapped & accessRights.maximumAllowed) !== 0;
  const desired = mapped & ~accessRights.maximumAllowed;
  if ((desired & accessRights.accessSystemSecurity) !== 0) {
    return refuse({ reason: "privilege", rights: accessRights.accessSystemSecurity });
  }

  const wanted = maximum ? GRANTABLE | desired : desired;
  const permitted = permittedByLabel(token, sd, genericMapping);
  const aces = sd.dacl?.aces ?? null;
  let granted: number;
  if (aces === null) {
    granted = maximum ? (genericMapping.all & GRANTABLE) | desired : desired;
  } else {
    granted = walk(token, sd.owner, aces, wanted, genericMapping, false);
    if (token.restrictedSids !== null) granted &= walk(token, sd.owner, aces, wanted, genericMapping, true);
  }
  granted &= permitted;

  if (granted === 0 || (desired & ~granted) !== 0) {
    // With MAXIMUM_ALLOWED alone everything was wanted, and nothing was granted.
    const refused = desired === 0 ? genericMapping.all : desired & ~granted;
    return refuse(explain(token, sd, refused, permitted, genericMapping));
  }
  return { granted: true, grantedAccess: granted >>> 0 };
}

function refuse(deniedBy: AccessDenial): AccessDecision {
  return { granted: false, grantedAccess: 0, deniedBy };
}

/** Goes through the list once, with the token's SIDs or its restricting ones; returns what of `wanted` is granted. */
function walk(
  token: Token,
  owner: Sid | null,
  aces: readonly Ace[],
  wanted: number,
  mapping: GenericMapping,
  restricted: boolean,
): number {
  let granted = wanted & OWNER_IMPLICIT;
  if (granted !== 0 && !hasImplicitRights(token, owner, aces, restricted)) granted = 0;
  let undecided = wanted & ~granted;
  for (const ace of aces) {
    if (undecided === 0) break;
    const decided = mapGenericRights(ace.mask, mapping) & undecided;
    if (decided === 0 || !applies(ace, token, owner, restricted)) continue;
    if (ace.type === "allowed") granted |= decided;
    undecided &= ~decided;
  }
  return granted;
}

function hasImplicitRights(
  token: Token,
  owner: Sid | null,
  aces: readonly Ace[],
  restricted: boolean,
): boolean {
  if (owner === null || namesOwnerRights(aces)) return false;
  return restricted ? token.hasRestricted(owner) : token.has(owner);
}

function applies(ace: Ace, token: Token, owner: Sid | null, restricted: boolean): boolean {
  if ((ace.flags & aceFlags.inheritOnly) !== 0) return false;
  const allows = ace.type === "allowed";
  if (allows && ace.scope !== undefined) return false;
  const sid = ace.sid.equals(wellKnownSids.ownerRights) ? owner : ace.sid;
  if (sid === null) return false;
  if (restricted) return token.hasRestricted(sid);
  return allows ? token.has(sid) : token.hasForDeny(sid);
}

/** The mandatory label, an ACE of the system list (MS-DTYP 2.4.4.13). */
function labelOf(sd: SecurityDescriptor): Ace | null {
  for (const ace of sd.sacl?.aces ?? []) {
    if (ace.type === "mandatoryLabel" && (ace.flags & aceFlags.inheritOnly) === 0) return ace;
  }
  return null;
}

function levelOf(label: Ace | null): number {
  return label?.sid.rid ?? integrityLevels.medium;
}

/** Mask of what the object's label leaves to the token (MS-DTYP 2.5.3.3). */
function permittedByLabel(token: Token, sd: SecurityDescriptor, mapping: GenericMapping): number {
  if (token.integrityLevel === null) return ~0;
  const label = labelOf(sd);
  if (token.integrityLevel >= levelOf(label)) return ~0;
  const policy = label === null ? labelPolicy.noWriteUp : label.mask;
  let permitted = 0;
  if ((policy & labelPolicy.noReadUp) === 0) permitted |= mapping.read;
  if ((policy & labelPolicy.noWriteUp) === 0) permitted |= mapping.write;
  if ((policy & labelPolicy.noExecuteUp) === 0) permitted |= mapping.execute;
  return permitted;
}

/** Finds who is to blame for `refused`: the label, else the first ACE that spoke, else that none did. */
function explain(
  token: Token,
  sd: SecurityDescriptor,
  refused: number,
  permitted: number,
  mapping: GenericMapping,
): AccessDenial {
  const aboveLabel = (refused & ~permitted) >>> 0;
  if (aboveLabel !== 0) return { reason: "mandatory-label", level: levelOf(labelOf(sd)), rights: aboveLabel };

  const aces = sd.dacl?.aces ?? [];
  const restricted =
    token.restrictedSids !== null && (refused & ~walk(token, sd.owner, aces, refused, mapping, false)) === 0;
  const rights = (refused & ~walk(token, sd.owner, aces, refused, mapping, restricted)) >>> 0;
  // A refused right was granted by no ACE before, so that the first ACE that speaks about it denies it.
  const aceIndex = aces.findIndex(
    (ace) =>
      (mapGenericRights(ace.mask, mapping) & rights) !== 0 && applies(ace, token, sd.owner, restricted),
  );
  const ace = aces[aceIndex];
  if (ace === undefined) return { reason: "no-allowed-ace", rights, restricted };
  const denied = (mapGenericRights(ace.mask, mapping) & rights) >>> 0;
  return { reason: "denied-ace", aceIndex, sid: ace.sid, rights: denied, restricted };
}
