import { integrityLevels, Sid, Token, wellKnownSids } from "@ncalrpc/security";
import { addressOf, type Handle } from "./alpc-library.js";
import { getWord } from "./attribute-buffer.js";
import { TOKEN_QUERY } from "./layout/access-rights.js";
import { Status } from "./layout/status.js";
import {
  CURRENT_PROCESS,
  CURRENT_THREAD,
  GroupFlags,
  SID_AND_ATTRIBUTES,
  TOKEN_GROUPS,
  TOKEN_STATISTICS,
  TokenInformation,
} from "./layout/token-structures.js";
import { check, isSuccess } from "./nt-status.js";
import { dataView, ownMemory } from "./structures.js";
import type { SystemLibrary } from "./system-library.js";

/** The LUIDs by which a token is recognised. */
export interface TokenIds {
  readonly tokenId: bigint;
  readonly authenticationId: bigint;
  readonly modifiedId: bigint;
}

/**
 * Whether two tokens are one, unchanged. A restricted copy has the ModifiedId of what it was made of, so that the TokenId
 * counts as well.
 */
export function isSameToken(a: TokenIds, b: TokenIds): boolean {
  return a.tokenId === b.tokenId && isCopy(a, b);
}

/** Whether two tokens may be copies of each other: the system hands out copies, whose TokenId is another. */
export function isCopy(a: TokenIds, b: TokenIds): boolean {
  return a.modifiedId === b.modifiedId && a.authenticationId === b.authenticationId;
}

/** Who is asked whether a thread's token may be opened: this process, or whom the thread impersonates. */
const OPEN_AS_SELF = 1;
const OPEN_AS_THREAD = 0;

/** STATUS_NOT_IMPLEMENTED (ntstatus.h): Wine 8 answers so where it has no restricted tokens. */
const NOT_IMPLEMENTED = 0xc000_0002;

/** Information about a token of a thousand groups is smaller. Octets. */
const MAX_INFORMATION = 0x1_0000;

/** Reads what a token says of its user. `pid` is that of who has it. Throws AlpcError. */
export function readToken(system: SystemLibrary, handle: Handle, pid: number): Token {
  const groups = sidsOf(query(system, handle, TokenInformation.GROUPS));
  const restricted = sidsOf(query(system, handle, TokenInformation.RESTRICTED_SIDS));
  const user = sidAt(query(system, handle, TokenInformation.USER), 0);
  const integrity = sidAt(query(system, handle, TokenInformation.INTEGRITY_LEVEL), 0);
  return new Token({
    user,
    groups: groups.filter(({ flags }) => (flags & GroupFlags.ENABLED) !== 0).map(({ sid }) => sid),
    denyOnlySids: groups
      .filter(({ flags }) => (flags & GroupFlags.USE_FOR_DENY_ONLY) !== 0)
      .map(({ sid }) => sid),
    restrictedSids: restricted.length === 0 ? null : restricted.map(({ sid }) => sid),
    pid,
    integrityLevel: integrity.subAuthorities.at(-1) ?? integrityLevels.untrusted,
    sessionId: dataView(query(system, handle, TokenInformation.SESSION_ID)).getUint32(0, true),
    authenticationId: readTokenIds(system, handle).authenticationId,
  });
}

/** Throws AlpcError. */
export function readTokenIds(system: SystemLibrary, handle: Handle): TokenIds {
  const statistics = dataView(query(system, handle, TokenInformation.STATISTICS));
  return {
    tokenId: statistics.getBigUint64(TOKEN_STATISTICS.TokenId, true),
    authenticationId: statistics.getBigUint64(TOKEN_STATISTICS.AuthenticationId, true),
    modifiedId: statistics.getBigUint64(TOKEN_STATISTICS.ModifiedId, true),
  };
}

/** Someone of whom only the user is known: no groups, and trusted with nothing that asks for integrity. */
export function bareToken(user: Sid, pid: number): Token {
  return new Token({
    user,
    groups: [wellKnownSids.everyone],
    pid,
    integrityLevel: integrityLevels.untrusted,
  });
}

/** Nobody vouches for the caller. */
export function anonymousToken(pid: number): Token {
  return bareToken(wellKnownSids.anonymous, pid);
}

/** Opens the token that this thread impersonates with; null if it does not impersonate. The caller closes it. Throws AlpcError. */
export function openThreadToken(system: SystemLibrary): Handle | null {
  const slot = ownMemory(8);
  let status = system.NtOpenThreadToken(CURRENT_THREAD, TOKEN_QUERY, OPEN_AS_SELF, slot);
  // Another user's token need not let this process's user in, but its own.
  if (status === Status.ACCESS_DENIED) {
    status = system.NtOpenThreadToken(CURRENT_THREAD, TOKEN_QUERY, OPEN_AS_THREAD, slot);
  }
  if (status === Status.NO_TOKEN) return null;
  check(status, "opening the token of this thread");
  return getWord(dataView(slot), 0);
}

/** Opens the token that this thread acts with, its own or the process's; the caller closes it. Throws AlpcError. */
export function openEffectiveToken(system: SystemLibrary): Handle {
  const token = openThreadToken(system);
  if (token !== null) return token;
  const slot = ownMemory(8);
  check(system.NtOpenProcessToken(CURRENT_PROCESS, TOKEN_QUERY, slot), "opening the own token");
  return getWord(dataView(slot), 0);
}

/** SECURITY_IMPERSONATION_LEVEL of an impersonation token. Throws AlpcError. */
export function impersonationLevel(system: SystemLibrary, token: Handle): number {
  return dataView(query(system, token, TokenInformation.IMPERSONATION_LEVEL)).getUint32(0, true);
}

/** Runs `use` with the primary token of a process, or answers null if that cannot be opened. */
export function withProcessToken<T>(
  system: SystemLibrary,
  process: Handle,
  use: (token: Handle) => T,
): T | null {
  const slot = ownMemory(8);
  if (!isSuccess(system.NtOpenProcessToken(process, TOKEN_QUERY, slot))) return null;
  const token = getWord(dataView(slot), 0);
  try {
    return use(token);
  } finally {
    system.NtClose(token);
  }
}

function query(system: SystemLibrary, token: Handle, informationClass: number): Buffer {
  const returned = ownMemory(4);
  let size = 256;
  for (;;) {
    const information = ownMemory(size);
    const status = system.NtQueryInformationToken(token, informationClass, information, size, returned);
    const needed = dataView(returned).getUint32(0, true);
    if (status === Status.BUFFER_TOO_SMALL && needed > size && needed <= MAX_INFORMATION) {
      size = needed;
      continue;
    }
    if (status === NOT_IMPLEMENTED && informationClass === TokenInformation.RESTRICTED_SIDS) {
      return ownMemory(TOKEN_GROUPS.size);
    }
    check(status, `asking for information ${informationClass} of a token`);
    return information;
  }
}

function sidsOf(information: Buffer): { readonly sid: Sid; readonly flags: number }[] {
  const view = dataView(information);
  const sids = [];
  for (let i = 0; i < view.getUint32(TOKEN_GROUPS.GroupCount, true); i++) {
    const at = TOKEN_GROUPS.size + i * SID_AND_ATTRIBUTES.size;
    sids.push({
      sid: sidAt(information, at),
      flags: view.getUint32(at + SID_AND_ATTRIBUTES.Attributes, true),
    });
  }
  return sids;
}

/** The SID that the pointer at `at` leads to: it lies in the same memory. */
function sidAt(information: Buffer, at: number): Sid {
  const pointer = getWord(dataView(information), at + SID_AND_ATTRIBUTES.Sid);
  return Sid.fromBytes(information, pointer - addressOf(information));
}
