import type { AccessDenial } from "./access-check.js";
import { nameRights, type ObjectRights } from "./access-rights.js";
import { describeSid, type NameResolver } from "./describe-sid.js";

/** A sentence for people about why access was refused, as "entry 2 denies user bob (uid 1001): call". */
export function describeDenial(denial: AccessDenial, rights: ObjectRights, names: NameResolver = {}): string {
  const what = nameRights(denial.rights, rights).join(", ");
  switch (denial.reason) {
    case "denied-ace": {
      const who = describeSid(denial.sid, names);
      const why = denial.restricted ? ", one of the restricting SIDs (the real identity of the caller)" : "";
      return `entry ${denial.aceIndex + 1} denies ${who}${why}: ${what}`;
    }
    case "no-allowed-ace": {
      const whom = denial.restricted
        ? "the restricting SIDs (the real identity of the caller)"
        : "the caller";
      return `no entry allows ${whom}: ${what}`;
    }
    case "mandatory-label":
      return `the integrity level of the object, 0x${denial.level.toString(16)}, is above the caller's: ${what}`;
    case "privilege":
      return `no entry can allow this, only a privilege: ${what}`;
    case "nothing-desired":
      return "no access right was asked for";
  }
}
