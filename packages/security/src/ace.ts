import type { Sid } from "./sid.js";

/** AceFlags of an ACE header (MS-DTYP 2.4.4.1). */
export const aceFlags = {
  objectInherit: 0x01,
  containerInherit: 0x02,
  noPropagateInherit: 0x04,
  /** Says nothing about the object itself, only about what inherits from it. */
  inheritOnly: 0x08,
  inherited: 0x10,
  critical: 0x20,
  /** On an audit ACE: record what was granted. */
  successfulAccess: 0x40,
  /** On an audit ACE: record what was refused. */
  failedAccess: 0x80,
} as const;

/** Access mask of a mandatory label ACE (MS-DTYP 2.4.4.13): what a lower integrity level may not do. */
export const labelPolicy = { noWriteUp: 0x1, noReadUp: 0x2, noExecuteUp: 0x4 } as const;

/**
 * Narrows an ACE to one property set, extended right or child class of a directory object (MS-DTYP 2.4.4.3). At least one
 * of the two GUIDs (lower-case text) is given.
 */
export interface AceScope {
  readonly objectType: string | null;
  readonly inheritedObjectType: string | null;
}

interface AceOf<T extends string> {
  readonly type: T;
  /** Combination of {@link aceFlags}. */
  readonly flags: number;
  /** Access mask, unsigned 32-bit. */
  readonly mask: number;
  readonly sid: Sid;
  /** Present on object ACEs only. */
  readonly scope?: AceScope;
}

export type AllowedAce = AceOf<"allowed">;
export type DeniedAce = AceOf<"denied">;
export type AuditAce = AceOf<"audit">;
export type MandatoryLabelAce = AceOf<"mandatoryLabel">;

/** Entries of a discretionary list. */
export type DaclAce = AllowedAce | DeniedAce;
/** Entries of a system list. */
export type SaclAce = AuditAce | MandatoryLabelAce;
export type Ace = DaclAce | SaclAce;
