import type { Sid } from "./sid.js";
import { Token } from "./token.js";
import { isMappedUnixId, unixGroup, unixUser } from "./unix-sids.js";
import { wellKnownSids } from "./well-known-sids.js";

/** Identity of a Linux process as its kernel reports it. Ids are unsigned 32-bit. */
export interface UnixIdentity {
  readonly effectiveUid: number;
  readonly effectiveGid: number;
  readonly realUid: number;
  readonly realGid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  /** 0 where the process is outside of our pid namespace. */
  readonly pid: number;
}

/**
 * The token of a Linux process.
 *
 * - The user is the effective uid, the groups are the effective gid and the supplementary groups (unmapped ones left
 *   out), Everyone, Local and Authenticated Users.
 * - uid 0 is in Administrators (S-1-5-32-544), nothing more: it is not LocalSystem, which on Windows is a service
 *   account of its own, so descriptors that name SY keep their narrow meaning.
 * - Where real and effective ids differ (setuid programs), the token is restricted by the real uid, real gid and the
 *   supplementary groups: both identities must be granted what is asked for.
 * - Where either uid is unmapped, or the pid is 0, nobody vouches for the caller: the token is anonymous, without groups.
 *
 * @throws {RangeError} for an id outside of 0..2^32-1.
 */
export function unixToken(identity: UnixIdentity): Token {
  const { effectiveUid, effectiveGid, realUid, realGid, pid } = identity;
  if (!isMappedUnixId(effectiveUid) || !isMappedUnixId(realUid) || pid === 0) {
    return new Token({ user: wellKnownSids.anonymous, groups: [], pid });
  }
  const user = unixUser(effectiveUid);
  const groups = groupsOf(effectiveUid, effectiveGid, identity.groups);
  if (effectiveUid === realUid && effectiveGid === realGid) return new Token({ user, groups, pid });
  const restrictedSids = [unixUser(realUid), ...groupsOf(realUid, realGid, identity.groups)];
  return new Token({ user, groups, restrictedSids, pid });
}

function groupsOf(uid: number, gid: number, supplementary: readonly number[]): Sid[] {
  const groups = [...new Set([gid, ...supplementary])].filter(isMappedUnixId).map(unixGroup);
  groups.push(wellKnownSids.everyone, wellKnownSids.local, wellKnownSids.authenticatedUsers);
  if (uid === 0) groups.push(wellKnownSids.administrators);
  return groups;
}
