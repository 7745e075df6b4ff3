import type { Token } from "@ncalrpc/security";
import { AlpcError } from "../error.js";

/** Who sends on a loopback connection: the token that its kernel has at the moment, under the rules of the connection. */
export class LoopbackIdentity {
  readonly #current: () => Token;
  readonly #first: Token;
  readonly #tracking: "static" | "dynamic";
  readonly #delegate: boolean;

  constructor(current: () => Token, tracking: "static" | "dynamic", delegate: boolean) {
    this.#current = current;
    this.#first = current();
    this.#tracking = tracking;
    this.#delegate = delegate;
  }

  /** The token at connect. */
  get token(): Token {
    return this.#first;
  }

  /** The token of a message that is sent now. Throws AlpcError ACCESS_DENIED, by the same rules as on Linux. */
  check(): Token {
    const token = this.#current();
    if (token === this.#first) return token;
    const sameUser = token.user.equals(this.#first.user);
    if (token.pid !== this.#first.pid && !(this.#delegate && sameUser)) {
      throw new AlpcError(
        "ACCESS_DENIED",
        `process ${token.pid} sent on the connection of process ${this.#first.pid}`,
      );
    }
    if (this.#tracking === "static" && !sameIdentity(token, this.#first)) {
      throw new AlpcError(
        "ACCESS_DENIED",
        `the sender changed from ${this.#first.user} to ${token.user}; a connection with static tracking keeps its identity`,
      );
    }
    return token;
  }
}

function sameIdentity(a: Token, b: Token): boolean {
  return a.equals(b) || (a.user.equals(b.user) && a.pid !== b.pid);
}
