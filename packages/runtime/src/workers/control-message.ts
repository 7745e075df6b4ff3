import type { SealedLoan } from "@ncalrpc/alpc";
import { Sid, Token } from "@ncalrpc/security";
import type { LongReply } from "./long-reply.js";

/** "Look into the rings": a number, which costs less to pass on than an object. */
export const WAKE = 0;

/** What goes between the threads of a server beside the records of calls, in the order in which it was sent. */
export type ControlMessage =
  | typeof WAKE
  /** A client that may call from now on, or its new token. */
  | {
      readonly kind: "client";
      readonly connection: number;
      readonly tokenId: number;
      readonly token: PlainToken;
    }
  | { readonly kind: "gone"; readonly connection: number }
  | {
      readonly kind: "cancel";
      readonly connection: number;
      readonly callId: number;
      readonly timedOut: boolean;
    }
  /** A request that did not fit into the record of its call. */
  | { readonly kind: "request"; readonly slot: number; readonly octets: ArrayBuffer }
  /** What a client has answered to a callback: a message as from the client itself. */
  | { readonly kind: "answer"; readonly connection: number; readonly octets: ArrayBuffer }
  /** The server's thread has taken sealed memory, or could not. */
  | { readonly kind: "taken"; readonly id: number }
  /** To a worker: run down what is left, then stop. */
  | { readonly kind: "close" }
  /** From a worker: it serves. */
  | { readonly kind: "ready" }
  /** A reply that did not fit. */
  | { readonly kind: "reply"; readonly slot: number; readonly reply: LongReply }
  /** A handler calls its client back: a message as to the client itself. */
  | { readonly kind: "callback"; readonly connection: number; readonly octets: ArrayBuffer }
  /** Sealed memory that replies will name, and its end. */
  | { readonly kind: "sealed"; readonly id: number; readonly loan: SealedLoan }
  | { readonly kind: "unsealed"; readonly id: number };

/** Tokens of one client that are known at a time: one whose identity changes again and again takes no more memory than that. */
const MAX_TOKENS = 64;

/** Makes room for another token of a client. */
export function forgetOldest(tokens: Map<number, unknown>): void {
  for (const id of tokens.keys()) {
    if (tokens.size < MAX_TOKENS) {
      return;
    }
    tokens.delete(id);
  }
}

/** A token's content, SIDs as text: objects of classes don't cross threads. */
export interface PlainToken extends Pick<Token, "pid" | "integrityLevel" | "sessionId" | "authenticationId"> {
  readonly user: string;
  readonly groups: readonly string[];
  readonly denyOnlySids: readonly string[];
  readonly restrictedSids: readonly string[] | null;
}

export function toPlainToken(token: Token): PlainToken {
  return {
    user: token.user.toString(),
    groups: token.groups.map(String),
    denyOnlySids: token.denyOnlySids.map(String),
    restrictedSids: token.restrictedSids?.map(String) ?? null,
    pid: token.pid,
    integrityLevel: token.integrityLevel,
    sessionId: token.sessionId,
    authenticationId: token.authenticationId,
  };
}

export function fromPlainToken(plain: PlainToken): Token {
  const parse = (sids: readonly string[]): Sid[] => sids.map((sid) => Sid.parse(sid));
  return new Token({
    ...plain,
    user: Sid.parse(plain.user),
    groups: parse(plain.groups),
    denyOnlySids: parse(plain.denyOnlySids),
    restrictedSids: plain.restrictedSids === null ? null : parse(plain.restrictedSids),
  });
}
