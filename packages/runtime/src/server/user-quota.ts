import { RpcError } from "../rpc-error.js";

/** Counts something that all connections of a user share. */
export class UserQuota {
  readonly #limit: number;
  readonly #what: string;
  readonly #used = new Map<string, number>();

  /** `what` there may be `limit` of. */
  constructor(limit: number, what = "context handles") {
    this.#limit = limit;
    this.#what = what;
  }

  /** What one connection of `user` (a SID) takes from and gives back to. */
  share(user: string): QuotaShare {
    return {
      take: () => {
        const used = this.#used.get(user) ?? 0;
        if (used >= this.#limit) {
          throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
            details: `the user has ${this.#limit} ${this.#what}`,
          });
        }
        this.#used.set(user, used + 1);
      },
      give: () => {
        const used = (this.#used.get(user) ?? 1) - 1;
        if (used === 0) {
          this.#used.delete(user);
        } else {
          this.#used.set(user, used);
        }
      },
    };
  }
}

export interface QuotaShare {
  /** Throws RpcError: RPC_S_OUT_OF_RESOURCES. */
  take(): void;
  give(): void;
}
