import type { Ace, DaclAce, SaclAce } from "./ace.js";
import type { Sid } from "./sid.js";

/** What the control field of a descriptor says about one of its lists (SDDL: P, AR, AI). */
export const aclFlags = {
  /** Not to be changed by inheritance. */
  protected: 0x1,
  autoInheritRequired: 0x2,
  autoInherited: 0x4,
} as const;

/** An access control list. The order of its entries has meaning. */
export interface Acl<A extends Ace = Ace> {
  /** Combination of {@link aclFlags}. */
  readonly flags: number;
  /** Null is the NULL list, SDDL's NO_ACCESS_CONTROL: as a DACL it lets everyone do everything. Not the empty list. */
  readonly aces: readonly A[] | null;
}

/**
 * Who owns an object and who may do what with it (MS-DTYP 2.4.6). Plain data. Not carried: the "defaulted" control bits
 * and the resource manager's byte.
 */
export interface SecurityDescriptor {
  readonly owner: Sid | null;
  readonly group: Sid | null;
  /** Null: there is none, which lets everyone do everything, as the NULL list does. */
  readonly dacl: Acl<DaclAce> | null;
  readonly sacl: Acl<SaclAce> | null;
}

/** ACL.AclSize is a u16 and a multiple of four (MS-DTYP 2.4.5). */
export const MAX_ACL_BYTES = 0xfffc;

/** Length of an ACE in octets, as in {@link MAX_ACL_BYTES}. */
export function aceByteLength(ace: Ace): number {
  const scope = ace.scope;
  const scopeBytes = scope ? 4 + (scope.objectType ? 16 : 0) + (scope.inheritedObjectType ? 16 : 0) : 0;
  return 8 + scopeBytes + ace.sid.byteLength;
}
