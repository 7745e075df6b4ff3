import { type Ace, aceFlags, type DaclAce, type SaclAce } from "./ace.js";
import type { Sid } from "./sid.js";
import { wellKnownSids } from "./well-known-sids.js";

/** SECURITY_MANDATORY_LABEL_AUTHORITY. */
const LABEL_AUTHORITY = 16;

export function isDaclAce(ace: Ace): ace is DaclAce {
  return ace.type === "allowed" || ace.type === "denied";
}

export function isSaclAce(ace: Ace): ace is SaclAce {
  return !isDaclAce(ace);
}

/** Whether the SID is an integrity level, S-1-16-level. */
export function isLabelSid(sid: Sid): boolean {
  return sid.authority === LABEL_AUTHORITY && sid.subAuthorities.length === 1;
}

/** Whether the list says itself what the owner may do, by an OWNER RIGHTS ACE; its implicit rights are void then. */
export function namesOwnerRights(aces: readonly Ace[]): boolean {
  for (const ace of aces) {
    if ((ace.flags & aceFlags.inheritOnly) === 0 && ace.sid.equals(wellKnownSids.ownerRights)) return true;
  }
  return false;
}
