import { RpcError } from "../rpc-error.js";
import type { ServerCall } from "../server/server-call.js";
import { MAX_POOLED_CALLS } from "./pool-memory.js";
import { pooledCallId, slotOf } from "./pooled-call-id.js";
import type { PooledClient } from "./pooled-clients.js";

/** A call that workers have. */
export interface PooledCall {
  readonly id: number;
  readonly call: ServerCall;
  readonly client: PooledClient;
  /** The worker that it was given to, from 1 on; 0 for whichever is free. */
  readonly worker: number;
}

/** The calls that workers have, each at the place of its record. */
export class PooledCalls {
  readonly #calls: (PooledCall | null)[] = new Array<null>(MAX_POOLED_CALLS).fill(null);
  readonly #free = Array.from({ length: MAX_POOLED_CALLS }, (_, i) => MAX_POOLED_CALLS - 1 - i);
  #generation = 0;

  /** Whether there is a place for one more call of a client: as many as one has must be left for others. */
  hasRoomFor(client: PooledClient): boolean {
    return client.calls < this.#free.length;
  }

  /** Gives a call a place: its id. Throws RpcError: RPC_S_SERVER_TOO_BUSY. */
  add(call: ServerCall, client: PooledClient, worker: number): number {
    const slot = this.hasRoomFor(client) ? this.#free.pop() : undefined;
    if (slot === undefined) {
      const taken = MAX_POOLED_CALLS - this.#free.length;
      throw new RpcError("RPC_S_SERVER_TOO_BUSY", {
        details: `workers have ${taken} of ${MAX_POOLED_CALLS} calls, ${client.calls} of them from this client`,
      });
    }
    const id = pooledCallId(slot, this.#generation++);
    this.#calls[slot] = { id, call, client, worker };
    client.calls++;
    return id;
  }

  /** Null if the call is over. */
  find(callId: number): PooledCall | null {
    const pooled = this.at(slotOf(callId));
    return pooled?.id === callId ? pooled : null;
  }

  at(slot: number): PooledCall | null {
    return this.#calls[slot] ?? null;
  }

  /** Frees the place of a call that is over. */
  remove(slot: number): void {
    const pooled = this.at(slot);
    if (pooled !== null) {
      this.#calls[slot] = null;
      this.#free.push(slot);
      pooled.client.calls--;
    }
  }

  *[Symbol.iterator](): Generator<[slot: number, call: PooledCall]> {
    for (let slot = 0; slot < MAX_POOLED_CALLS; slot++) {
      const pooled = this.at(slot);
      if (pooled !== null) {
        yield [slot, pooled];
      }
    }
  }
}
