import type { Writer } from "@ncalrpc/ndr";
import { Features } from "../protocol-lrpc/hello.js";
import type { ServerCall } from "../server/server-call.js";
import { ServerConnection } from "../server/server-connection.js";
import type { ServerState } from "../server/server-state.js";
import { makeLongReply } from "./long-reply.js";
import type { SealedLender } from "./sealed-lender.js";
import type { WorkerPort } from "./worker-port.js";

/** What the server's own thread understands of what a worker says to it. What of it the client understands, that thread knows. */
const HELLO = { features: Features.FAULT_DETAILS | Features.CALLBACKS, maxCalls: 0 };

const nothing = Buffer.alloc(0);

/** What a worker keeps for one client. */
export class PooledConnection extends ServerConnection {
  readonly #port: WorkerPort;
  readonly #lender: SealedLender;

  constructor(port: WorkerPort, server: ServerState, lender: SealedLender) {
    super(port, HELLO, server);
    this.#port = port;
    this.#lender = lender;
  }

  protected override sendLong(call: ServerCall, writer: Writer): boolean {
    this.#port.upstream.replyAtLength(call.messageId, makeLongReply(writer, call.callId, this.#lender));
    return false;
  }

  /** A client that is gone gets no answer, but the server's own thread has to know that the call has ended. */
  override endCall(call: ServerCall): void {
    super.endCall(call);
    if (this.isClosed) {
      this.#port.upstream.reply(call.messageId, nothing);
    }
  }

  /** The client is gone. */
  close(): void {
    this.#port.close();
    this.onClosed();
  }
}
