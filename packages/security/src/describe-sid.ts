import type { Sid } from "./sid.js";
import { unixGidOf, unixUidOf } from "./unix-sids.js";
import { wellKnownSids } from "./well-known-sids.js";

/** Looks up names of Linux ids; null or undefined where an id has none. */
export interface NameResolver {
  readonly user?: (uid: number) => string | null | undefined;
  readonly group?: (gid: number) => string | null | undefined;
}

/** "authenticatedUsers" reads "authenticated users". */
const wellKnownNames = new Map(
  Object.entries(wellKnownSids).map(([key, sid]) => [
    sid.toString(),
    key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  ]),
);

/** A SID for people: "user alice (uid 1000)", "gid 4", "everyone", or else the SID. */
export function describeSid(sid: Sid, names: NameResolver = {}): string {
  const uid = unixUidOf(sid);
  if (uid !== null) return withName("user", names.user?.(uid), `uid ${uid}`);
  const gid = unixGidOf(sid);
  if (gid !== null) return withName("group", names.group?.(gid), `gid ${gid}`);
  return wellKnownNames.get(sid.toString()) ?? sid.toString();
}

function withName(kind: string, name: string | null | undefined, id: string): string {
  return name ? `${kind} ${name} (${id})` : id;
}
