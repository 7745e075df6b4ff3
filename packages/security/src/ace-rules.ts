import type { Ace, DaclAce, SaclAce } from "./ace.js";
import type { Sid } from "./sid.js";

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
