import { Sid } from "./sid.js";
import { wellKnownSids } from "./well-known-sids.js";

/** The established "Unix User" and "Unix Group" authority: S-1-22-1-uid and S-1-22-2-gid. */
const UNIX_AUTHORITY = 22;
const USERS = 1;
const GROUPS = 2;

/** What Linux reports for an id that has no mapping in the reader's user namespace (user_namespaces(7)). */
const OVERFLOW_ID = 65534;
/** (uid_t)-1: no id at all. */
const NO_ID = 0xffff_ffff;

/** False for the overflow id and for -1: those name nobody in particular. @throws {RangeError} outside 0..2^32-1. */
export function isMappedUnixId(id: number): boolean {
  if (!Number.isInteger(id) || id < 0 || id > NO_ID) {
    throw new RangeError(`${id} is not a Linux user or group id: an integer from 0 to 4294967295`);
  }
  return id !== OVERFLOW_ID && id !== NO_ID;
}

/** S-1-22-1-uid; anonymous (S-1-5-7) for an unmapped uid (65534, 4294967295). @throws {RangeError} */
export function unixUser(uid: number): Sid {
  return isMappedUnixId(uid) ? Sid.of(UNIX_AUTHORITY, USERS, uid) : wellKnownSids.anonymous;
}

/** S-1-22-2-gid; anonymous (S-1-5-7) for an unmapped gid (65534, 4294967295). @throws {RangeError} */
export function unixGroup(gid: number): Sid {
  return isMappedUnixId(gid) ? Sid.of(UNIX_AUTHORITY, GROUPS, gid) : wellKnownSids.anonymous;
}

/** The uid that the SID stands for, or null where it is no Unix user. */
export function unixUidOf(sid: Sid): number | null {
  return unixIdOf(sid, USERS);
}

/** The gid that the SID stands for, or null where it is no Unix group. */
export function unixGidOf(sid: Sid): number | null {
  return unixIdOf(sid, GROUPS);
}

function unixIdOf(sid: Sid, kind: number): number | null {
  const [actual, id] = sid.subAuthorities;
  if (sid.authority !== UNIX_AUTHORITY || sid.subAuthorities.length !== 2 || actual !== kind) return null;
  return id !== undefined && isMappedUnixId(id) ? id : null;
}
