import { MAX_SID_BYTES, Sid, type Token } from "@ncalrpc/security";
import { AlpcError } from "../error.js";
import type { Handle } from "./alpc-library.js";
import { getWord } from "./attribute-buffer.js";
import type { CompletionPort } from "./completion-port.js";
import { impersonateSender } from "./impersonation.js";
import type { InboundMessage } from "./inbound-message.js";
import { PROCESS_QUERY_LIMITED_INFORMATION } from "./layout/access-rights.js";
import { MessageInformation } from "./layout/flags.js";
import { isSuccess } from "./nt-status.js";
import {
  anonymousToken,
  bareToken,
  isCopy,
  isSameToken,
  openThreadToken,
  readToken,
  readTokenIds,
  type TokenIds,
  withProcessToken,
} from "./nt-token.js";
import { dataView, objectAttributes, ownMemory } from "./structures.js";
import type { SystemLibrary } from "./system-library.js";

/** How far a sender may differ from who made the connection. */
export interface IdentityRules {
  readonly tracking: "static" | "dynamic";
  /** Other processes of the same user may send too. */
  readonly delegate: boolean;
}

/**
 * Who sends on a connection, as the system says with each message: the process id of its header, and the LUIDs of its TOKEN
 * attribute. A token is read again only if one of them differs from the last message's, or if a dynamic sender's message
 * says nothing of it; one with the same content stays the same object.
 *
 * | message differs in         | static                         | dynamic                        |
 * | -------------------------- | ------------------------------ | ------------------------------ |
 * | nothing                    | same token                     | same token                     |
 * | token                      | new token; other user: refused | new token                      |
 * | token, that cannot be read | refused                        | anonymous                      |
 * | says nothing of it         | same token                     | read again                     |
 * | pid, no delegate           | refused                        | refused                        |
 * | pid, delegate              | new token; other user: refused | new token; other user: refused |
 */
export class SenderIdentity {
  readonly #completion: CompletionPort;
  readonly #rules: IdentityRules;
  readonly #first: Token;
  #token: Token;
  #ids: TokenIds | null;

  /** `first` is the connection request, still open. */
  constructor(completion: CompletionPort, port: Handle, first: InboundMessage, rules: IdentityRules) {
    this.#completion = completion;
    this.#rules = rules;
    this.#ids = first.tokenIds;
    this.#token = senderToken(completion, port, first) ?? anonymousToken(first.pid);
    this.#first = this.#token;
  }

  get token(): Token {
    return this.#token;
  }

  /** The token of a message's sender. Throws AlpcError ACCESS_DENIED if that one may not send here. */
  check(port: Handle, message: InboundMessage): Token {
    const ids = message.tokenIds;
    if (message.pid === this.#token.pid && this.#isKnown(ids)) return this.#token;
    return this.#change(port, message, ids);
  }

  #isKnown(ids: TokenIds | null): boolean {
    if (ids === null) return this.#rules.tracking === "static";
    return this.#ids !== null && isSameToken(ids, this.#ids);
  }

  #change(port: Handle, message: InboundMessage, ids: TokenIds | null): Token {
    const { tracking, delegate } = this.#rules;
    const isOtherProcess = message.pid !== this.#first.pid;
    if (isOtherProcess && !delegate) {
      throw new AlpcError(
        "ACCESS_DENIED",
        `process ${message.pid} sent on the connection of process ${this.#first.pid}, which did not declare delegation`,
      );
    }
    const token = senderToken(this.#completion, port, message);
    const isOtherUser = token === null || !token.user.equals(this.#first.user);
    if (isOtherUser && (tracking === "static" || isOtherProcess)) {
      throw new AlpcError(
        "ACCESS_DENIED",
        `the sender changed from ${this.#first.user} to ${token?.user ?? "someone unknown"}; this connection keeps its user`,
      );
    }
    // What is not known is not kept: the next message is looked at anew.
    this.#ids = token === null ? null : ids;
    const current = token ?? anonymousToken(message.pid);
    if (!current.equals(this.#token)) this.#token = current;
    return this.#token;
  }
}

/**
 * The token of who sent an open message: by impersonating for a moment, else by the sender's process if that has the very token
 * that the message speaks of, else only the user's SID. Null if the system tells nothing, as of a message that is over.
 */
function senderToken(completion: CompletionPort, port: Handle, message: InboundMessage): Token | null {
  const { alpc, system } = completion;
  const outcome = impersonateSender(alpc, system, port, message.header, () =>
    readThreadToken(system, message.pid),
  );
  if ("result" in outcome && outcome.result !== null) return outcome.result;
  const user = senderSid(completion, port, message);
  if (user === null) return null;
  const token = processToken(completion, port, message);
  return token?.user.equals(user) ? token : bareToken(user, message.pid);
}

/** The token of whom this thread impersonates. Null if that is nobody whose token may be looked at (an anonymous one, say): never our own. */
function readThreadToken(system: SystemLibrary, pid: number): Token | null {
  let token: Handle | null = null;
  try {
    token = openThreadToken(system);
    return token === null ? null : readToken(system, token, pid);
  } catch {
    return null;
  } finally {
    if (token !== null) system.NtClose(token);
  }
}

function senderSid({ alpc }: CompletionPort, port: Handle, message: InboundMessage): Sid | null {
  const sid = ownMemory(MAX_SID_BYTES);
  const status = alpc.NtAlpcQueryInformationMessage(
    port,
    message.header,
    MessageInformation.SID,
    sid,
    sid.length,
    null,
  );
  return isSuccess(status) ? Sid.fromBytes(sid) : null;
}

function processToken({ alpc, system }: CompletionPort, port: Handle, message: InboundMessage): Token | null {
  const expected = message.tokenIds;
  if (expected === null) return null;
  const slot = ownMemory(8);
  const status = alpc.NtAlpcOpenSenderProcess(
    slot,
    port,
    message.header,
    0,
    PROCESS_QUERY_LIMITED_INFORMATION,
    objectAttributes().bytes,
  );
  if (!isSuccess(status)) return null;
  const process = getWord(dataView(slot), 0);
  try {
    return withProcessToken(system, process, (token) =>
      isCopy(readTokenIds(system, token), expected) ? readToken(system, token, message.pid) : null,
    );
  } finally {
    system.NtClose(process);
  }
}
