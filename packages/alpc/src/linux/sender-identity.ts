import type { Token } from "@ncalrpc/security";
import { AlpcError } from "../error.js";
import { type MessageCredentials, type PeerCredentials, senderToken } from "./credentials.js";

/** How far a sender may differ from who made the connection. */
export interface IdentityRules {
  readonly tracking: "static" | "dynamic";
  /** Other processes of the same user may send too. */
  readonly delegate: boolean;
}

/**
 * Who sends on a connection. The first message fixes it; each later one is compared with the last, and a token is
 * made only if something changed.
 *
 * | message differs in | static                | dynamic               |
 * | ------------------ | --------------------- | --------------------- |
 * | nothing            | same token            | same token            |
 * | uid or gid         | ACCESS_DENIED         | new token             |
 * | pid, no delegate   | ACCESS_DENIED         | ACCESS_DENIED         |
 * | pid, delegate      | new token, same ids   | new token, same uid   |
 *
 * A token speaks for the effective ids at connect (SO_PEERCRED) and, where those differ, is restricted by the ids of
 * the message (SCM_CREDENTIALS, real ids): both must be granted what is asked for. Pid 0 or the overflow uid make it
 * anonymous.
 */
export class SenderIdentity {
  readonly peer: PeerCredentials;
  readonly #rules: IdentityRules;
  readonly #first: MessageCredentials;
  #pid: number;
  #uid: number;
  #gid: number;
  #token: Token;

  /** Throws AlpcError ACCESS_DENIED if the first message came from another process than the connection, undeclared. */
  constructor(peer: PeerCredentials, first: MessageCredentials, rules: IdentityRules) {
    if (first.pid !== peer.pid && !(rules.delegate && first.uid === peer.uid))
      throw otherProcess(peer.pid, first.pid);
    this.peer = peer;
    this.#rules = rules;
    this.#first = first;
    this.#pid = first.pid;
    this.#uid = first.uid;
    this.#gid = first.gid;
    this.#token = senderToken(peer, first);
  }

  get token(): Token {
    return this.#token;
  }

  /** The token of a message's sender. Throws AlpcError ACCESS_DENIED if that one may not send here. */
  check(pid: number, uid: number, gid: number): Token {
    if (pid !== this.#pid || uid !== this.#uid || gid !== this.#gid) this.#change(pid, uid, gid);
    return this.#token;
  }

  #change(pid: number, uid: number, gid: number): void {
    const { tracking, delegate } = this.#rules;
    const sameUser = uid === this.#first.uid;
    if (pid !== this.#first.pid && !(delegate && sameUser)) throw otherProcess(this.#first.pid, pid);
    if (tracking === "static" && !(sameUser && gid === this.#first.gid)) {
      throw new AlpcError(
        "ACCESS_DENIED",
        `the sender changed from uid ${this.#first.uid}, gid ${this.#first.gid} to uid ${uid}, gid ${gid}; a connection with static tracking keeps its identity`,
      );
    }
    this.#token = senderToken(this.peer, { pid, uid, gid });
    this.#pid = pid;
    this.#uid = uid;
    this.#gid = gid;
  }
}

function otherProcess(expected: number, actual: number): AlpcError {
  return new AlpcError(
    "ACCESS_DENIED",
    `process ${actual} sent on the connection of process ${expected}, which did not declare delegation`,
  );
}
