import type { ServerCall } from "./server-call.js";

/** Our clients number their calls by slots from 0 on, so that each has a chain of its own here. */
const CHAINS = 128;

/** The calls of one connection whose handlers have not finished yet, by the id that the client gave them. */
export class OpenCalls {
  /** Empty until the first call: most connections never have one that outlives its message. */
  #chains: (ServerCall | null)[] = [];

  find(callId: number): ServerCall | null {
    let call = this.#chains[callId & (CHAINS - 1)] ?? null;
    while (call !== null && call.callId !== callId) {
      call = call.nextOpen;
    }
    return call;
  }

  /** Idempotent. */
  add(call: ServerCall): void {
    if (call.isOpen) {
      return;
    }
    call.isOpen = true;
    if (this.#chains.length === 0) {
      this.#chains = new Array<null>(CHAINS).fill(null);
    }
    const chain = call.callId & (CHAINS - 1);
    call.nextOpen = this.#chains[chain] ?? null;
    this.#chains[chain] = call;
  }

  /** Takes a call out, if it is in. */
  remove(call: ServerCall): void {
    if (!call.isOpen) {
      return;
    }
    call.isOpen = false;
    const chain = call.callId & (CHAINS - 1);
    let before: ServerCall | null = null;
    let at = this.#chains[chain] ?? null;
    while (at !== null && at !== call) {
      before = at;
      at = at.nextOpen;
    }
    if (before === null) {
      this.#chains[chain] = call.nextOpen;
    } else {
      before.nextOpen = call.nextOpen;
    }
    call.nextOpen = null;
  }

  *[Symbol.iterator](): Generator<ServerCall, void, undefined> {
    for (const first of this.#chains) {
      for (let call = first; call !== null; ) {
        // The call may end, and leave its chain, before we go on.
        const next: ServerCall | null = call.nextOpen;
        yield call;
        call = next;
      }
    }
  }
}
