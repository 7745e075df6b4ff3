import { RpcError } from "../rpc-error.js";
import type { QuotaShare } from "./user-quota.js";

/** Milliseconds in which a client may leave everything that waits for it where it is. */
export const MAX_WAIT = 10_000;

/** The responses of one connection that wait for the client to take what it was sent: how much they hold, and for how long. */
export class WaitingResponses {
  readonly #limit: number;
  readonly #quota: QuotaShare;
  #octets = 0;
  /** How each wait ends if the client does nothing. */
  readonly #giveUps = new Set<(reason: RpcError) => void>();
  #timer: NodeJS.Timeout | undefined;

  /** `limit`: octets that may be held, by more than one response; `quota`: those of all connections of the user. */
  constructor(limit: number, quota: QuotaShare) {
    this.#limit = limit;
    this.#quota = quota;
  }

  /** Whether no response waits. */
  get isEmpty(): boolean {
    return this.#octets === 0;
  }

  /** A response holds so many octets, until `leave`. Throws RpcError if they are too many. */
  enter(octets: number): void {
    if (this.#octets > 0 && this.#octets + octets > this.#limit) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
        details: `${this.#octets} octets of responses wait for the client to take them, and the limit is ${this.#limit}`,
      });
    }
    this.#quota.take(octets);
    this.#octets += octets;
  }

  leave(octets: number): void {
    this.#octets -= octets;
    this.#quota.give(octets);
  }

  /**
   * Settles as `step` does, which is up to the client; but if nothing that responses of this connection wait for happens for
   * MAX_WAIT, they are all given up: `abandon` is called, and the promise rejects with RpcError.
   */
  until<T>(step: Promise<T>, abandon: () => void = () => {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const giveUp = (reason: RpcError) => {
        abandon();
        reject(reason);
      };
      this.#giveUps.add(giveUp);
      this.#timer ??= setTimeout(() => this.#giveUpAll(), MAX_WAIT).unref();
      step.then(resolve, reject).finally(() => this.#moved(giveUp));
    });
  }

  #moved(giveUp: (reason: RpcError) => void): void {
    this.#giveUps.delete(giveUp);
    if (this.#giveUps.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer?.refresh();
    }
  }

  #giveUpAll(): void {
    this.#timer = undefined;
    const reason = new RpcError("RPC_S_OUT_OF_RESOURCES", {
      details: `the client has taken nothing of its responses for ${MAX_WAIT} ms`,
    });
    for (const giveUp of [...this.#giveUps]) {
      giveUp(reason);
    }
    this.#giveUps.clear();
  }
}
