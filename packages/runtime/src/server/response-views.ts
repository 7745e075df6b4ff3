import { type CommunicationPort, isAlpcError, type View } from "@ncalrpc/alpc";
import { RpcError } from "../rpc-error.js";
import type { WaitingResponses } from "./waiting-responses.js";

/** Views for the responses of one connection. */
export class ResponseViews {
  readonly #port: CommunicationPort;
  readonly #waiting: WaitingResponses;

  constructor(port: CommunicationPort, waiting: WaitingResponses) {
    this.#port = port;
    this.#waiting = waiting;
  }

  /** A promise, to be given to `arrival`, if views have to come back first. Throws RpcError. */
  allocate(size: number): View | Promise<View> {
    try {
      return this.#port.allocateView(size);
    } catch (error) {
      throw outOfViews(error);
    }
  }

  /** The view, once the client has given back enough of what it was sent. Rejects with RpcError. */
  arrival(view: Promise<View>): Promise<View> {
    return this.#waiting.until(view.catch(fail), () => this.#abandon(view));
  }

  /** The same for a response that holds so many octets meanwhile. */
  async hold(octets: number, view: Promise<View>): Promise<View> {
    this.enter(octets, view);
    try {
      return await this.arrival(view);
    } finally {
      this.#waiting.leave(octets);
    }
  }

  /** See WaitingResponses; if that fails, nobody waits for `view`. */
  enter(octets: number, view: Promise<View> | null): void {
    try {
      this.#waiting.enter(octets);
    } catch (error) {
      if (view !== null) {
        this.#abandon(view);
      }
      throw error;
    }
  }

  #abandon(view: Promise<View>): void {
    view.then(
      (late) => late.release(),
      () => {},
    );
    this.#port.withdrawView?.(view);
  }
}

function fail(error: unknown): never {
  throw outOfViews(error);
}

function outOfViews(error: unknown): unknown {
  if (!isAlpcError(error) || error.status !== "QUOTA_EXCEEDED") {
    return error;
  }
  return new RpcError("RPC_S_OUT_OF_RESOURCES", { details: error.message, cause: error });
}
