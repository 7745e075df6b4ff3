import type { Ace } from "./ace.js";
import { ACE_FLAG_NAMES, ACE_TYPES, ACL_FLAG_NAMES, NO_ACCESS_CONTROL } from "./sddl-names.js";
import { formatRights } from "./sddl-rights.js";
import { formatSddlSid } from "./sddl-sids.js";
import type { Acl, SecurityDescriptor } from "./security-descriptor.js";

/**
 * Prints a descriptor in SDDL (MS-DTYP 2.5.1): sections in the order O G D S, abbreviations where they lose nothing
 * (SIDs of a domain in full), other masks in hexadecimal. `parseSddl` reads the same descriptor from it.
 */
export function formatSddl(sd: SecurityDescriptor): string {
  let text = "";
  if (sd.owner !== null) text += `O:${formatSddlSid(sd.owner)}`;
  if (sd.group !== null) text += `G:${formatSddlSid(sd.group)}`;
  if (sd.dacl !== null) text += `D:${formatAcl(sd.dacl)}`;
  if (sd.sacl !== null) text += `S:${formatAcl(sd.sacl)}`;
  return text;
}

function formatAcl(acl: Acl): string {
  const flags = formatFlags(acl.flags, ACL_FLAG_NAMES);
  return flags + (acl.aces === null ? NO_ACCESS_CONTROL : acl.aces.map(formatAce).join(""));
}

function formatAce(ace: Ace): string {
  const scope = ace.scope ?? null;
  const fields = [
    formatType(ace.type, scope !== null),
    formatFlags(ace.flags, ACE_FLAG_NAMES),
    formatRights(ace.mask, ace.type === "mandatoryLabel"),
    scope?.objectType ?? "",
    scope?.inheritedObjectType ?? "",
    formatSddlSid(ace.sid),
  ];
  return `(${fields.join(";")})`;
}

function formatType(type: Ace["type"], object: boolean): string {
  for (const [letters, known] of ACE_TYPES) {
    if (known.type === type && known.object === object) return letters;
  }
  throw new TypeError(`SDDL has no ${object ? "object " : ""}ACE of type "${type}"`);
}

function formatFlags(flags: number, names: typeof ACL_FLAG_NAMES): string {
  let text = "";
  for (const [name, bit] of names) if ((flags & bit) !== 0) text += name;
  return text;
}
