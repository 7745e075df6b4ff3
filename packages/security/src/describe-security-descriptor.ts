import { nameRights, type ObjectRights } from "./access-rights.js";
import { type Ace, aceFlags, type DaclAce, labelPolicy, type SaclAce } from "./ace.js";
import { namesOwnerRights } from "./ace-rules.js";
import { describeSid, type NameResolver } from "./describe-sid.js";
import type { SecurityDescriptor } from "./security-descriptor.js";

/** Lines for people that say who may do what, ACEs numbered from 1 in the order in which they are asked. */
export function describeSecurityDescriptor(
  sd: SecurityDescriptor,
  rights: ObjectRights,
  names: NameResolver = {},
): string[] {
  const lines: string[] = [];
  if (sd.owner !== null) lines.push(`owner: ${describeSid(sd.owner, names)}`);
  if (sd.group !== null) lines.push(`group: ${describeSid(sd.group, names)}`);
  const aces = sd.dacl?.aces ?? null;
  if (aces === null) {
    lines.push("everyone may do everything: there is no access control list");
  } else {
    const implicit = sd.owner !== null && !namesOwnerRights(aces);
    if (implicit) lines.push("the owner may read and change the permissions");
    if (aces.length === 0) {
      lines.push(`nobody${implicit ? " else" : ""} may do anything: the access control list is empty`);
    }
    aces.forEach((ace, i) => {
      lines.push(`${i + 1}. ${describeDaclAce(ace, rights, names)}`);
    });
  }
  for (const ace of sd.sacl?.aces ?? []) lines.push(describeSaclAce(ace, rights, names));
  return lines;
}

function describeDaclAce(ace: DaclAce, rights: ObjectRights, names: NameResolver): string {
  const verb = ace.type === "allowed" ? "may" : "may not";
  return `${describeSid(ace.sid, names)} ${verb}: ${nameRights(ace.mask, rights).join(", ")}${remarks(ace)}`;
}

function describeSaclAce(ace: SaclAce, rights: ObjectRights, names: NameResolver): string {
  if (ace.type === "mandatoryLabel") {
    const refused: string[] = [];
    if (ace.mask & labelPolicy.noReadUp) refused.push("read");
    if (ace.mask & labelPolicy.noWriteUp) refused.push("write");
    if (ace.mask & labelPolicy.noExecuteUp) refused.push("execute");
    return `below ${describeSid(ace.sid)} nobody may: ${refused.join(", ") || "(no policy)"}${remarks(ace)}`;
  }
  const outcomes: string[] = [];
  if (ace.flags & aceFlags.successfulAccess) outcomes.push("granted");
  if (ace.flags & aceFlags.failedAccess) outcomes.push("refused");
  const what = nameRights(ace.mask, rights).join(", ");
  return `audit ${describeSid(ace.sid, names)} when ${outcomes.join(" or ") || "never"}: ${what}${remarks(ace)}`;
}

function remarks(ace: Ace): string {
  const found: string[] = [];
  if (ace.flags & aceFlags.inheritOnly) found.push("only for what inherits it");
  if (ace.flags & aceFlags.inherited) found.push("inherited");
  if (ace.scope?.objectType) found.push(`only property ${ace.scope.objectType}`);
  if (ace.scope?.inheritedObjectType) found.push(`only in class ${ace.scope.inheritedObjectType}`);
  return found.length > 0 ? ` (${found.join(", ")})` : "";
}
