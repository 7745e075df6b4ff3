import { RpcError } from "../rpc-error.js";
import type { RpcStatusName } from "../rpc-status.js";

/** Counts something that all connections of a user share. */
export class UserQuota {
  readonly #limit: number;
  readonly #what: string;
  readonly #status: RpcStatusName;
  readonly #used = new Map<string, number>();

  /** A user who has `limit` of `what`, or more, gets no more of it, but `status`. */
  constructor(limit: number, what: string, status: RpcStatusName = "RPC_S_OUT_OF_RESOURCES") {
    this.#limit = limit;
    this.#what = what;
    this.#status = status;
  }

  /** What one connection of `user` (a SID) takes from and gives back to. */
  share(user: string): QuotaShare {
    const check = () => {
      if ((this.#used.get(user) ?? 0) >= this.#limit) {
        throw new RpcError(this.#status, { details: `the user has ${this.#limit} ${this.#what}` });
      }
    };
    return {
      check,
      take: (amount = 1) => {
        check();
        this.#used.set(user, (this.#used.get(user) ?? 0) + amount);
      },
      give: (amount = 1) => {
        const used = (this.#used.get(user) ?? 0) - amount;
        if (used <= 0) {
          this.#used.delete(user);
        } else {
          this.#used.set(user, used);
        }
      },
    };
  }
}

export interface QuotaShare {
  /** Throws RpcError if the user has all that it may have. */
  check(): void;
  /** Takes `amount`, 1 unless told, however little is left. Throws RpcError as `check` does. */
  take(amount?: number): void;
  give(amount?: number): void;
}
