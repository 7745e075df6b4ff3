import { type Token, unixToken } from "@ncalrpc/security";
import { C, Errno, type LibC } from "./libc.js";
import { systemError } from "./system-error.js";

/** Who made the other end of a socket, as the system knew it at connect (clients) or listen (servers). */
export interface PeerCredentials {
  readonly pid: number;
  /** Effective ids. */
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** Reads SO_PEERCRED and SO_PEERGROUPS. Throws AlpcError. */
export function readPeerCredentials(libc: LibC, fd: number): PeerCredentials {
  const value = Buffer.alloc(12);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(12);
  if (libc.getsockopt(fd, C.SOL_SOCKET, C.SO_PEERCRED, value, length) < 0)
    throw systemError(libc, "reading SO_PEERCRED");
  const peer = {
    pid: value.readInt32LE(0),
    uid: value.readUInt32LE(4),
    gid: value.readUInt32LE(8),
    groups: readPeerGroups(libc, fd),
  };
  if (!isSame(peer, lastPeer)) lastPeer = peer;
  return lastPeer;
}

/** Many connections of one process share what is said of it. */
let lastPeer: PeerCredentials = { pid: -1, uid: 0, gid: 0, groups: [] };
let lastToken: {
  readonly peer: PeerCredentials;
  readonly message: MessageCredentials;
  readonly token: Token;
} | null = null;

function isSame(one: PeerCredentials, other: PeerCredentials): boolean {
  return (
    one.pid === other.pid &&
    one.uid === other.uid &&
    one.gid === other.gid &&
    one.groups.length === other.groups.length &&
    one.groups.every((group, i) => group === other.groups[i])
  );
}

function readPeerGroups(libc: LibC, fd: number): number[] {
  const length = Buffer.alloc(4);
  for (let capacity = 64; ; ) {
    const value = Buffer.alloc(capacity * 4);
    length.writeUInt32LE(value.length);
    if (libc.getsockopt(fd, C.SOL_SOCKET, C.SO_PEERGROUPS, value, length) === 0) {
      return Array.from({ length: length.readUInt32LE() / 4 }, (_, i) => value.readUInt32LE(i * 4));
    }
    const errno = libc.errno();
    const needed = length.readUInt32LE() / 4;
    if (errno !== Errno.ERANGE || needed <= capacity) throw systemError(libc, "reading SO_PEERGROUPS", errno);
    capacity = needed;
  }
}

/** Ids that the system attached to one message: the sender's pid and, unless it chose another of its own, real ids. */
export interface MessageCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** The token of a sender: what it was at connect and what it is now must both be allowed. */
export function senderToken(peer: PeerCredentials, message: MessageCredentials): Token {
  const { pid, uid, gid } = message;
  if (lastToken?.peer === peer) {
    const { message: last, token } = lastToken;
    if (last.pid === pid && last.uid === uid && last.gid === gid) return token;
  }
  const token = unixToken({
    effectiveUid: peer.uid,
    effectiveGid: peer.gid,
    realUid: uid,
    realGid: gid,
    groups: peer.groups,
    pid,
  });
  lastToken = { peer, message: { pid, uid, gid }, token };
  return token;
}

/** The token of the other end as it was when it connected or listened. */
export function peerToken(peer: PeerCredentials): Token {
  return senderToken(peer, peer);
}

/** The token of this process. */
export function ownToken(): Token {
  const id = (read: (() => number) | undefined) => read?.call(process) ?? 0xffff_ffff;
  return unixToken({
    effectiveUid: id(process.geteuid),
    effectiveGid: id(process.getegid),
    realUid: id(process.getuid),
    realGid: id(process.getgid),
    groups: process.getgroups?.() ?? [],
    pid: process.pid,
  });
}
