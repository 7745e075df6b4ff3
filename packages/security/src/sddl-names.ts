import { type Ace, aceFlags } from "./ace.js";
import { aclFlags } from "./security-descriptor.js";

/** ACE types of SDDL that we read; the second letter form is the object ACE. */
export const ACE_TYPES: ReadonlyMap<string, { readonly type: Ace["type"]; readonly object: boolean }> =
  new Map([
    ["A", { type: "allowed", object: false }],
    ["D", { type: "denied", object: false }],
    ["OA", { type: "allowed", object: true }],
    ["OD", { type: "denied", object: true }],
    ["AU", { type: "audit", object: false }],
    ["OU", { type: "audit", object: true }],
    ["ML", { type: "mandatoryLabel", object: false }],
  ]);

/** ACE types of sddl.h whose meaning we do not implement: refused, since leaving one out would change who gets in. */
export const UNSUPPORTED_ACE_TYPES: ReadonlyMap<string, string> = new Map([
  ["XA", "conditional"],
  ["XD", "conditional"],
  ["XU", "conditional"],
  ["ZA", "conditional"],
  ["RA", "resource attribute"],
  ["SP", "central policy"],
  ["TL", "trust label"],
  ["FL", "access filter"],
  ["AL", "alarm"],
  ["OL", "alarm"],
]);

export const ACE_FLAG_NAMES: readonly (readonly [string, number])[] = [
  ["OI", aceFlags.objectInherit],
  ["CI", aceFlags.containerInherit],
  ["NP", aceFlags.noPropagateInherit],
  ["IO", aceFlags.inheritOnly],
  ["ID", aceFlags.inherited],
  ["CR", aceFlags.critical],
  ["SA", aceFlags.successfulAccess],
  ["FA", aceFlags.failedAccess],
];

export const ACL_FLAG_NAMES: readonly (readonly [string, number])[] = [
  ["P", aclFlags.protected],
  ["AR", aclFlags.autoInheritRequired],
  ["AI", aclFlags.autoInherited],
];

/** SDDL's word for the NULL list. */
export const NO_ACCESS_CONTROL = "NO_ACCESS_CONTROL";
