/** Access mask bits that mean the same on every object (MS-DTYP 2.4.3). Masks are unsigned 32-bit numbers. */
export const accessRights = {
  delete: 0x0001_0000,
  readControl: 0x0002_0000,
  writeDac: 0x0004_0000,
  writeOwner: 0x0008_0000,
  synchronize: 0x0010_0000,
  standardRequired: 0x000f_0000,
  accessSystemSecurity: 0x0100_0000,
  maximumAllowed: 0x0200_0000,
  genericAll: 0x1000_0000,
  genericExecute: 0x2000_0000,
  genericWrite: 0x4000_0000,
  genericRead: 0x8000_0000,
} as const;

/** What the four generic rights stand for on one type of object (GENERIC_MAPPING, winnt.h). */
export interface GenericMapping {
  readonly read: number;
  readonly write: number;
  readonly execute: number;
  readonly all: number;
}

/** The rights of one type of object. */
export interface ObjectRights {
  /** Every valid right, the standard ones included. */
  readonly allAccess: number;
  readonly mapping: GenericMapping;
  /** Single rights with words for them, for messages; the standard ones are known without. */
  readonly names: readonly (readonly [right: number, name: string])[];
}

const GENERIC = 0xf000_0000;

/** Replaces the generic rights of a mask by what they stand for (MapGenericMask). */
export function mapGenericRights(mask: number, mapping: GenericMapping): number {
  if ((mask & GENERIC) === 0) return mask >>> 0;
  let mapped = mask & ~GENERIC;
  if (mask & accessRights.genericRead) mapped |= mapping.read;
  if (mask & accessRights.genericWrite) mapped |= mapping.write;
  if (mask & accessRights.genericExecute) mapped |= mapping.execute;
  if (mask & accessRights.genericAll) mapped |= mapping.all;
  return mapped >>> 0;
}

const STANDARD_NAMES: ObjectRights["names"] = [
  [accessRights.delete, "delete"],
  [accessRights.readControl, "read permissions"],
  [accessRights.writeDac, "change permissions"],
  [accessRights.writeOwner, "take ownership"],
  [accessRights.synchronize, "synchronize"],
  [accessRights.accessSystemSecurity, "access the audit list"],
  [accessRights.maximumAllowed, "whatever is allowed"],
];

/** Words for a mask, as ["connect", "read permissions"]; generic rights are mapped, unknown bits shown as hex. */
export function nameRights(mask: number, rights: ObjectRights): string[] {
  let rest = mapGenericRights(mask, rights.mapping);
  if (rest === rights.allAccess) return ["everything"];
  const names: string[] = [];
  for (const [right, name] of [...rights.names, ...STANDARD_NAMES]) {
    if ((rest & right) === 0) continue;
    names.push(name);
    rest &= ~right;
  }
  if (rest !== 0) names.push(`0x${(rest >>> 0).toString(16)}`);
  return names.length > 0 ? names : ["nothing"];
}
