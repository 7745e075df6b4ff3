import { Sid, Token } from "@ncalrpc/security";

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
      readonly slot: number;
      readonly timedOut: boolean;
    }
  /** Octets that did not fit into the record of their call. */
  | { readonly kind: "octets"; readonly slot: number; readonly octets: ArrayBuffer }
  /** To a worker: run down what is left, then stop. */
  | { readonly kind: "close" }
  /** From a worker: it serves. */
  | { readonly kind: "ready" };

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
