import { RpcError } from "../rpc-error.js";
import type { Sending } from "./large-request.js";
import type { PendingCall } from "./pending-call.js";

/** A call's id is its slot in these bits, and above them a number that tells it from earlier calls of the slot. */
const SLOT_BITS = 16;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const SEQUENCE_MASK = 0x7fff_ffff >>> SLOT_BITS;

/** The calls of one connection: those that the server has, and those that wait for it to take them. */
export class CallTable {
  readonly #maxCalls: number;
  readonly #maxWaiting: number;
  /** Calls that the server has not answered. Settled ones stay until it has. */
  readonly #slots: (PendingCall | null)[] = [];
  readonly #freeSlots: number[] = [];
  #sequence = 0;
  /** Calls that wait for memory to send their request in; each has a claim on a slot. */
  #starting: Map<PendingCall, Sending> | null = null;
  /** Slots taken and claimed. */
  #active = 0;
  /** Calls that wait for a slot, from `#firstWaiting` on. */
  #waiting: PendingCall[] = [];
  #firstWaiting = 0;

  /** `maxCalls`: what the server takes at a time. */
  constructor(maxCalls: number, maxWaiting: number) {
    this.#maxCalls = Math.min(maxCalls, SLOT_MASK + 1);
    this.#maxWaiting = maxWaiting;
  }

  /** Whether the server takes another call. */
  get hasSlot(): boolean {
    return this.#active < this.#maxCalls;
  }

  /** Names the call that `addSent` is about to be called with: not negative, and no open call's. */
  assignId(call: PendingCall): void {
    const slot = this.#freeSlots[this.#freeSlots.length - 1] ?? this.#slots.length;
    call.callId = ((this.#sequence & SEQUENCE_MASK) << SLOT_BITS) | slot;
  }

  /** The request has gone out, by its id and as that message. */
  addSent(call: PendingCall, messageId: number): void {
    call.messageId = messageId;
    this.#freeSlots.pop();
    this.#slots[call.callId & SLOT_MASK] = call;
    this.#sequence++;
    this.#active++;
    call.pipes?.begin(call.callId);
  }

  isSent(call: PendingCall): boolean {
    return call.messageId !== 0 && this.#slots[call.callId & SLOT_MASK] === call;
  }

  /**
   * The call whose request the reply `messageId` answers; undefined if there is none. `callId` is what the reply says,
   * which is where to look first; faults and binds don't.
   */
  findSent(messageId: number, callId: number): PendingCall | undefined {
    const slot = callId & SLOT_MASK;
    const call = slot < this.#slots.length ? this.#slots[slot] : null;
    if (call?.messageId === messageId) {
      return call;
    }
    return this.#slots.find((other) => other?.messageId === messageId) ?? undefined;
  }

  /** The call of that id, if the server has not answered it. */
  withId(callId: number): PendingCall | null {
    const call = this.#slots[callId & SLOT_MASK] ?? null;
    return call?.callId === callId ? call : null;
  }

  /** The server has answered. */
  removeSent(call: PendingCall): void {
    const slot = call.callId & SLOT_MASK;
    this.#slots[slot] = null;
    this.#freeSlots.push(slot);
    this.#active--;
  }

  /** Holds a claim on a slot for a call until its request has gone out. */
  async hold(call: PendingCall, sending: Sending): Promise<void> {
    this.#starting ??= new Map();
    this.#starting.set(call, sending);
    this.#active++;
    try {
      await sending.done;
    } catch (error) {
      call.fail(RpcError.from(error, "RPC_S_CALL_FAILED_DNE"));
    } finally {
      this.#starting?.delete(call);
      this.#active--;
    }
  }

  /** Nobody waits for a call any more: neither need its request. */
  abandon(call: PendingCall): void {
    this.#starting?.get(call)?.abandon();
  }

  /** Lines a call up for a slot. Throws RpcError if too many wait. */
  addWaiting(call: PendingCall): void {
    if (this.#waiting.length - this.#firstWaiting >= this.#maxWaiting) {
      throw new RpcError("RPC_S_OUT_OF_RESOURCES", { details: "too many calls wait for earlier ones" });
    }
    this.#waiting.push(call);
  }

  /** The next call that a slot is free for, if any still wants one. */
  nextWaiting(): PendingCall | undefined {
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
    return [...this.#slots, ...(this.#starting?.keys() ?? []), ...this.#waiting.slice(this.#firstWaiting)]
      .filter((call) => call !== null)
      .filter((call) => !call.isSettled);
  }

  /** Ends all calls: those that the server may have run, and those that it can't have. */
  failAll(sent: RpcError, unsent: RpcError): void {
    const calls = this.unsettled();
    this.#slots.length = 0;
    this.#freeSlots.length = 0;
    this.#active = this.#starting?.size ?? 0;
    this.#waiting = [];
    this.#firstWaiting = 0;
    for (const call of calls) {
      call.fail(call.messageId === 0 ? unsent : sent);
    }
  }
}
