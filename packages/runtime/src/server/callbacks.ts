import type { Reader, Writer } from "@ncalrpc/ndr";
import type { CallOptions } from "../client/pending-call.js";
import type { ServerCall } from "./server-call.js";

/** What the generated classes extend by which a handler calls its client back, while it serves a call of that client. */
export abstract class Callbacks {
  readonly #call: ServerCall;

  constructor(call: ServerCall) {
    this.#call = call;
  }

  /**
   * Calls a procedure of the client: `write` encodes the request, `read` decodes the response. Rejects with RpcError:
   * RPC_S_NO_CALL_ACTIVE after the handler's own call has been answered, RPC_S_TIMEOUT, RPC_S_CANNOT_SUPPORT if the client
   * knows no callbacks, RPC_S_OUT_OF_RESOURCES beyond the server's limits, and whatever the client answers.
   */
  protected call<Q, S>(
    opnum: number,
    request: Q,
    write: (writer: Writer, request: Q) => void,
    read: (reader: Reader) => S,
    options: CallOptions | undefined,
  ): Promise<S> {
    return this.#call.callBack(opnum, (writer) => write(writer, request), read, options);
  }
}
