import type { Sid } from "./sid.js";
import { wellKnownSids } from "./well-known-sids.js";

/** What a maker of tokens (a port kernel) knows about a caller. */
export interface TokenRecord {
  readonly user: Sid;
  /** Enabled groups. The maker includes Everyone, Local and Authenticated Users where they apply. */
  readonly groups: readonly Sid[];
  /** SE_GROUP_USE_FOR_DENY_ONLY: these match denied ACEs, never allowed ones. Default none. */
  readonly denyOnlySids?: readonly Sid[];
  /** Restricting SIDs: only what they are granted too is granted. Null or left out: not restricted. */
  readonly restrictedSids?: readonly Sid[] | null;
  /** Process id of the caller; 0 where it is not known. */
  readonly pid: number;
  /** RID of S-1-16-*, see `integrityLevels`. Null or left out: mandatory labels are not checked. */
  readonly integrityLevel?: number | null;
  /** Terminal Services session of the caller. Null or left out: the system has none. */
  readonly sessionId?: number | null;
  /** LUID of the logon session (AuthenticationId). Null or left out: the system has none. */
  readonly authenticationId?: bigint | null;
}

let lastModifiedId = 0;

/**
 * Who is calling: an immutable snapshot of a caller's SIDs. Every token that is made gets a `modifiedId` of its own,
 * never used again in this process, so it is a sound cache key; a maker that sees an unchanged caller keeps its token.
 *
 * An anonymous token never holds Everyone or Authenticated Users: the constructor leaves them out.
 */
export class Token {
  readonly user: Sid;
  readonly groups: readonly Sid[];
  readonly denyOnlySids: readonly Sid[];
  readonly restrictedSids: readonly Sid[] | null;
  readonly pid: number;
  readonly integrityLevel: number | null;
  readonly sessionId: number | null;
  readonly authenticationId: bigint | null;
  readonly modifiedId: number;
  /** The user is S-1-5-7. */
  readonly anonymous: boolean;
  /** Text forms, since a set answers in constant time also for callers in thousands of groups. */
  readonly #enabled: ReadonlySet<string>;
  readonly #denyOnly: ReadonlySet<string>;
  readonly #restricted: ReadonlySet<string> | null;

  constructor(record: TokenRecord) {
    this.user = record.user;
    this.anonymous = record.user.equals(wellKnownSids.anonymous);
    this.groups = Object.freeze(this.anonymous ? record.groups.filter(isForAnonymous) : [...record.groups]);
    this.denyOnlySids = Object.freeze([...(record.denyOnlySids ?? [])]);
    this.restrictedSids = record.restrictedSids ? Object.freeze([...record.restrictedSids]) : null;
    this.pid = record.pid;
    this.integrityLevel = record.integrityLevel ?? null;
    this.sessionId = record.sessionId ?? null;
    this.authenticationId = record.authenticationId ?? null;
    this.modifiedId = ++lastModifiedId;
    this.#enabled = new Set([this.user, ...this.groups].map(String));
    this.#denyOnly = new Set(this.denyOnlySids.map(String));
    this.#restricted = this.restrictedSids && new Set(this.restrictedSids.map(String));
    Object.freeze(this);
  }

  /** Whether the SID is the user or an enabled group: it then matches allowed and denied ACEs. */
  has(sid: Sid): boolean {
    return this.#enabled.has(sid.toString());
  }

  /** Whether the SID matches denied ACEs: enabled, or for denying only. */
  hasForDeny(sid: Sid): boolean {
    return this.has(sid) || this.#denyOnly.has(sid.toString());
  }

  /** Whether the SID is a restricting SID. False for a token that is not restricted. */
  hasRestricted(sid: Sid): boolean {
    return this.#restricted?.has(sid.toString()) ?? false;
  }

  /** Same content, lists compared in order; `modifiedId` is not content. */
  equals(other: Token): boolean {
    return (
      this === other ||
      (this.user.equals(other.user) &&
        this.pid === other.pid &&
        this.integrityLevel === other.integrityLevel &&
        this.sessionId === other.sessionId &&
        this.authenticationId === other.authenticationId &&
        sameSids(this.groups, other.groups) &&
        sameSids(this.denyOnlySids, other.denyOnlySids) &&
        sameSids(this.restrictedSids, other.restrictedSids))
    );
  }
}

function isForAnonymous(sid: Sid): boolean {
  return !sid.equals(wellKnownSids.everyone) && !sid.equals(wellKnownSids.authenticatedUsers);
}

function sameSids(a: readonly Sid[] | null, b: readonly Sid[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((sid, i) => b[i]?.equals(sid));
}
