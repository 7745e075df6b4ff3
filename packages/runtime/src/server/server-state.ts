import { isNdrError } from "@ncalrpc/ndr";
import type { ServerLimits } from "../limits.js";
import { isRpcError, RpcError } from "../rpc-error.js";
import { SpareWriters } from "../transfer-syntax.js";
import { UserQuota } from "./user-quota.js";

/** What the connections of a server share. */
export class ServerState {
  readonly limits: ServerLimits;
  readonly contextQuota: UserQuota;
  readonly handleQuota: UserQuota;
  readonly requestQuota: UserQuota;
  readonly responseQuota: UserQuota;
  /** Octets of stub data up to which a response travels in the message itself. */
  readonly shortLimit: number;
  /** Has what is queued go out now. */
  readonly flush: () => void;
  /** Tell clients what a handler threw, whatever it was. */
  readonly #exposeErrors: boolean;
  /** New calls are refused. */
  isDraining = false;
  /** A connection has answered its last call. */
  onIdle: () => void = () => {};
  /** For responses. */
  readonly writers: SpareWriters;
  readonly #rundowns = new Set<Promise<void>>();

  constructor(limits: ServerLimits, shortLimit: number, exposeErrors: boolean, flush: () => void) {
    this.flush = flush;
    this.limits = limits;
    this.writers = new SpareWriters({ maxLength: limits.maxResponseSize });
    this.contextQuota = new UserQuota(limits.maxContextsPerUser, "context handles");
    this.handleQuota = new UserQuota(limits.maxHandlesPerUser, "system handles in calls");
    this.requestQuota = new UserQuota(
      limits.maxBytesInFlightPerUser,
      "octets of requests in flight",
      "RPC_S_SERVER_TOO_BUSY",
    );
    this.responseQuota = new UserQuota(limits.maxBytesWaitingPerUser, "octets of responses that wait");
    this.shortLimit = shortLimit;
    this.#exposeErrors = exposeErrors;
  }

  addRundown(rundown: Promise<void>): void {
    this.#rundowns.add(rundown);
    void rundown.then(() => this.#rundowns.delete(rundown));
  }

  /** Settles when the rundowns that have begun are over. */
  async rundownsEnded(): Promise<void> {
    await Promise.all(this.#rundowns);
  }

  /** What the client gets to know about an error; `report` is called for those that it learns nothing about. */
  faultOf(thrown: unknown, report: (error: unknown) => void): RpcError {
    if (isRpcError(thrown)) {
      return thrown;
    }
    if (isNdrError(thrown)) {
      return RpcError.from(thrown);
    }
    report(thrown);
    const details = thrown instanceof Error ? thrown.message : String(thrown);
    return new RpcError(
      "RPC_S_CALL_FAILED",
      this.#exposeErrors ? { details, cause: thrown } : { cause: thrown },
    );
  }
}
