import { RpcError } from "../rpc-error.js";
import type { PendingCall, ProcedureCall } from "./pending-call.js";

/** The calls of one connection: those that the server has, and those that wait for it to take them. */
export class CallTable {
  readonly #maxCalls: number;
  readonly #maxWaiting: number;
  /** Calls that the server has not answered, by message id. Settled ones stay until it has. */
  readonly #sent = new Map<number, PendingCall>();
  /** Calls that wait for memory to send their request in; they hold a slot. */
  readonly #starting = new Set<ProcedureCall>();
  /** Calls that wait for a slot, from `#firstWaiting` on. */
  #waiting: ProcedureCall[] = [];
  #firstWaiting = 0;

  /** `maxCalls`: what the server takes at a time. */
  constructor(maxCalls: number, maxWaiting: number) {
    this.#maxCalls = maxCalls;
    this.#maxWaiting = maxWaiting;
  }

  /** Whether the server takes another call. */
  get hasSlot(): boolean {
    return this.#sent.size + this.#starting.size < this.#maxCalls;
  }

  addSent(call: PendingCall, messageId: number): void {
    call.messageId = messageId;
    this.#sent.set(messageId, call);
  }

  isSent(call: PendingCall): boolean {
    return this.#sent.get(call.messageId) === call;
  }

  /** The call that a reply answers, which is over; undefined if it answers none. */
  takeSent(messageId: number): PendingCall | undefined {
    const call = this.#sent.get(messageId);
    this.#sent.delete(messageId);
    return call;
  }

  /** Holds a slot for a call until `sending` is settled. */
  async hold(call: ProcedureCall, sending: Promise<void>): Promise<void> {
    this.#starting.add(call);
    try {
      await sending;
    } catch (error) {
      call.fail(RpcError.from(error, "RPC_S_CALL_FAILED_DNE"));
    } finally {
      this.#starting.delete(call);
    }
  }

  /** Lines a call up for a slot. Throws RpcError if too many wait. */
  addWaiting(call: ProcedureCall): void {
    if (this.#waiting.length - this.#firstWaiting >= this.#maxWaiting) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", { details: "too many calls wait for earlier ones" });
    }
    this.#waiting.push(call);
  }

  /** The next call that a slot is free for, if any still wants one. */
  nextWaiting(): ProcedureCall | undefined {
    while (this.#firstWaiting < this.#waiting.length && this.hasSlot) {
      const call = this.#waiting[this.#firstWaiting++];
      if (this.#firstWaiting === this.#waiting.length) {
        this.#waiting = [];
        this.#firstWaiting = 0;
      }
      if (call !== undefined && !call.isSettled) {
        return call;
      }
    }
    return undefined;
  }

  /** All calls whose callers still wait. */
  unsettled(): PendingCall[] {
    return [...this.#sent.values(), ...this.#starting, ...this.#waiting.slice(this.#firstWaiting)].filter(
      (call) => !call.isSettled,
    );
  }

  /** Ends all calls: those that the server may have run, and those that it can't have. */
  failAll(sent: RpcError, unsent: RpcError): void {
    const calls = this.unsettled();
    const wereSent = new Set(this.#sent.values());
    this.#sent.clear();
    this.#waiting = [];
    this.#firstWaiting = 0;
    for (const call of calls) {
      call.fail(wereSent.has(call) ? sent : unsent);
    }
  }
}
