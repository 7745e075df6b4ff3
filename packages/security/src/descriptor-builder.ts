import { accessRights } from "./access-rights.js";
import type { DaclAce } from "./ace.js";
import { aclFlags, type SecurityDescriptor } from "./security-descriptor.js";
import type { Sid } from "./sid.js";

export interface DescriptorOptions {
  /** May always read and change the permissions; for all else it must be in `allow` too. */
  readonly owner: Sid;
  readonly group?: Sid;
  /** Who is let in. Empty: nobody. */
  readonly allow: readonly Sid[];
  /** Who is kept out of everything, even as a member of an allowed group. */
  readonly deny?: readonly Sid[];
  /**
   * Mask that `allow` gives. Default GENERIC_READ and GENERIC_EXECUTE: to connect to a port and to call a method, but not
   * to change the permissions.
   */
  readonly rights?: number;
}

const USE = (accessRights.genericRead | accessRights.genericExecute) >>> 0;

/** A protected descriptor from lists of SIDs, denied ones first. */
export function securityDescriptor(options: DescriptorOptions): SecurityDescriptor {
  const { owner, group = null, allow, deny = [], rights = USE } = options;
  const aces: DaclAce[] = [
    ...deny.map((sid) => ({ type: "denied", flags: 0, mask: accessRights.genericAll, sid }) as const),
    ...allow.map((sid) => ({ type: "allowed", flags: 0, mask: rights, sid }) as const),
  ];
  return { owner, group, dacl: { flags: aclFlags.protected, aces }, sacl: null };
}

/** The default of everything we make: its owner may do everything, nobody else anything. */
export function ownerOnly(owner: Sid): SecurityDescriptor {
  return securityDescriptor({ owner, allow: [owner], rights: accessRights.genericAll });
}
