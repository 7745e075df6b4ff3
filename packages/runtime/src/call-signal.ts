import { RpcError } from "./rpc-error.js";

/** Tells a handler to give up: made when it asks how it would be told, or is told. */
export class CallSignal {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | null = null;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: RpcError): void {
    this.#controller.abort(reason);
  }

  /** Calls `expire` when `deadline`, on performance.now()'s clock, has passed; never if it is infinite, or the call ends before. */
  expireAt(deadline: number, expire: (reason: RpcError) => void): void {
    if (deadline !== Number.POSITIVE_INFINITY) {
      // Timers count whole milliseconds; a handler must not hear of a deadline before the caller does.
      const left = Math.min(Math.max(deadline - performance.now(), 0) + 1, 0x7fff_ffff);
      this.#timer = setTimeout(() => expire(new RpcError("RPC_S_TIMEOUT")), left).unref();
    }
  }

  /** The call has ended. */
  stop(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
    }
  }
}
