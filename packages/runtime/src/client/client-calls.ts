import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE } from "@ncalrpc/alpc";
import { CANCEL_SIZE, writeCancel } from "../protocol-lrpc/cancel.js";
import { Features } from "../protocol-lrpc/hello.js";
import { RpcError } from "../rpc-error.js";
import { timeoutFault } from "../timeout-fault.js";
import type { CallTable } from "./call-table.js";
import { CallTimer } from "./call-timer.js";
import type { CallOptions, PendingCall } from "./pending-call.js";
import { type RequestOptions, RequestSender } from "./request-sender.js";
import { waitForCall } from "./wait-for-call.js";

/** The calls of one connection: each is sent when the server takes it, and given up when its caller no longer waits. */
export class ClientCalls {
  readonly table: CallTable;
  readonly requests: RequestSender;
  readonly #port: CommunicationPort;
  readonly #canCancel: boolean;
  readonly #timer = new CallTimer(this);

  constructor(port: CommunicationPort, table: CallTable, options: RequestOptions) {
    this.#port = port;
    this.table = table;
    this.#canCancel = (options.features & Features.CANCEL) !== 0;
    this.requests = new RequestSender(port, table, options, () => this.startWaiting());
  }

  /** Sends a call now, or when there is a slot for it. What is wrong with it, it fails with. */
  start(call: PendingCall): void {
    const { options } = call;
    if (options !== undefined && !this.#accept(call, options)) {
      return;
    }
    if (this.table.hasSlot) {
      this.requests.start(call);
    } else {
      this.#wait(call);
    }
  }

  /** Sends a call and blocks the thread until it is settled. */
  startBlocking(call: PendingCall): void {
    const { options } = call;
    if (options !== undefined && !this.#accept(call, options)) {
      return;
    }
    const expire = () => this.#giveUp(call, timedOut(call));
    waitForCall(this.#port, call, () => this.table.hasSlot, expire);
    if (!call.isSettled) {
      this.requests.start(call);
      waitForCall(this.#port, call, () => call.isSettled, expire);
    }
  }

  /** Sends a bind, which waits for no slot. If that can't be done, it fails. */
  startBind(call: PendingCall, message: Buffer): void {
    this.#timer.arm(call.deadline);
    this.table.assignId(call);
    try {
      this.table.addSent(call, this.#port.send(MessageType.REQUEST, message, message.length, 0, 0));
    } catch (error) {
      call.fail(RpcError.from(error, "RPC_S_CALL_FAILED_DNE"));
    }
  }

  /** There may be slots for calls that wait for one. */
  startWaiting(): void {
    for (let call = this.table.nextWaiting(); call !== undefined; call = this.table.nextWaiting()) {
      this.requests.start(call);
    }
  }

  /** Fails a call whose time is over, though the timer has not had its turn yet. */
  failIfLate(call: PendingCall): void {
    if (call.deadline !== Number.POSITIVE_INFINITY && call.deadline <= performance.now()) {
      call.fail(timedOut(call));
    }
  }

  /** The connection has ended: calls that the server may have run fail with `sent`, others with `unsent`. */
  end(sent: RpcError, unsent: RpcError): void {
    this.#timer.stop();
    this.table.failAll(sent, unsent);
  }

  /** @internal The timer's: the deadline of a call may have come. */
  expire(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const call of this.table.unsettled()) {
      if (call.deadline <= now) {
        this.#giveUp(call, timedOut(call));
      } else {
        next = Math.min(next, call.deadline);
      }
    }
    return next;
  }

  #accept(call: PendingCall, options: CallOptions): boolean {
    const { signal, timeout } = options;
    const fault = timeout === undefined ? null : timeoutFault(timeout);
    if (fault !== null) {
      call.fail(fault);
      return false;
    }
    if (signal?.aborted === true) {
      call.fail(new RpcError("RPC_S_CALL_CANCELLED", { cause: signal.reason }));
      return false;
    }
    if (signal !== undefined) {
      call.watch(() => this.#giveUp(call, new RpcError("RPC_S_CALL_CANCELLED", { cause: signal.reason })));
    }
    if (timeout !== undefined) {
      this.#timer.arm(call.deadline);
    }
    return true;
  }

  #wait(call: PendingCall): void {
    try {
      this.table.addWaiting(call);
    } catch (error) {
      call.fail(RpcError.from(error));
    }
  }

  #giveUp(call: PendingCall, error: RpcError): void {
    call.fail(error);
    this.table.abandon(call);
    if (this.table.isSent(call) && this.#canCancel && !this.#port.isClosed) {
      const message = Buffer.alloc(PORT_MESSAGE_SIZE + CANCEL_SIZE);
      writeCancel(message, PORT_MESSAGE_SIZE, call.callId);
      this.#port.send(MessageType.DATAGRAM, message, message.length, 0, 0);
    }
  }
}

function timedOut(call: PendingCall): RpcError {
  return new RpcError("RPC_S_TIMEOUT", { details: `${call.options?.timeout} milliseconds` });
}
