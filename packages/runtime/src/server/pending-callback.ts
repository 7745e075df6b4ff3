import type { Reader } from "@ncalrpc/ndr";
import { watchAbort } from "../abort-watch.js";
import { RpcError } from "../rpc-error.js";
import type { ServerCall } from "./server-call.js";

/** A callback that the client has not answered; its caller may have given it up. */
export class PendingCallback {
  readonly parent: ServerCall;
  readonly #complete: (reader: Reader) => void;
  readonly #reject: (error: RpcError) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #unwatch: (() => void) | null;
  #isSettled = false;

  /** `timeout` in milliseconds; `complete` decodes a reply and throws what its decoder throws. */
  constructor(
    parent: ServerCall,
    timeout: number,
    signal: AbortSignal | undefined,
    complete: (reader: Reader) => void,
    reject: (error: RpcError) => void,
  ) {
    this.parent = parent;
    this.#complete = complete;
    this.#reject = reject;
    const onAbort = () => this.fail(new RpcError("RPC_S_CALL_CANCELLED", { cause: signal?.reason }));
    this.#unwatch = signal === undefined ? null : watchAbort(signal, onAbort);
    this.#timer = setTimeout(
      () => this.fail(new RpcError("RPC_S_TIMEOUT", { details: `${timeout} milliseconds` })),
      Math.min(timeout, 0x7fff_ffff),
    );
  }

  complete(reader: Reader): void {
    if (this.#isSettled) {
      return;
    }
    try {
      this.#complete(reader);
      this.#finish();
    } catch (error) {
      this.fail(RpcError.from(error, "RPC_X_BAD_STUB_DATA"));
    }
  }

  fail(error: RpcError): void {
    if (!this.#isSettled) {
      this.#finish();
      this.#reject(error);
    }
  }

  #finish(): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#unwatch?.();
  }
}
