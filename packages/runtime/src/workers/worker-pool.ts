import type { Reader, Writer } from "@ncalrpc/ndr";
import type { Client } from "../client/client.js";
import type { InterfaceDefinition } from "../interface-definition.js";
import type { ServerLimits } from "../limits.js";
import { readFault } from "../protocol-lrpc/fault.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { REQUEST_HEADER_SIZE, writeObjectUuid, writeRequestHeader } from "../protocol-lrpc/request.js";
import { RESPONSE_HEADER_SIZE } from "../protocol-lrpc/response.js";
import { ViewCache } from "../protocol-lrpc/view-cache.js";
import { RpcError } from "../rpc-error.js";
import type { RegisterOptions, Serve } from "../server/registered-interface.js";
import type { ServerCall } from "../server/server-call.js";
import { forgetOldest, type PlainToken, toPlainToken } from "./control-message.js";
import { MAX_POOLED_CALLS, PoolMemory, SERVER_THREAD } from "./pool-memory.js";
import type { PooledInterface } from "./pool-worker.js";
import { pooledBindingId } from "./pooled-binding-id.js";
import { fits, MAX_QUEUED_OCTETS, type QueueEntry } from "./shared-queue.js";
import { WorkerThread } from "./worker-thread.js";

/** Milliseconds that a worker which has been woken gets to take a call, before another one is woken. */
const PATIENCE = 2;

/** A client whose calls workers run. */
interface PooledClient {
  /** Tokens of its that the workers know, by `modifiedId`. */
  readonly tokens: Map<number, PlainToken>;
  /** The worker that holds the state behind its context handles, from 1 on; 0 as long as there is none. */
  worker: number;
  /** Calls of its that workers have. */
  calls: number;
}

/**
 * The workers of a server, as the thread sees them that owns its ports. Calls that this thread has admitted wait in one queue,
 * out of which a worker takes one when it is free, so that none waits for a busy worker while another one is idle.
 * Calls of interfaces with context handles go to the worker where the client's handles are.
 */
export class WorkerPool {
  readonly #memory: PoolMemory;
  readonly #threads: WorkerThread[] = [];
  readonly #interfaces: PooledInterface[] = [];
  readonly #calls: (ServerCall | null)[] = new Array<null>(MAX_POOLED_CALLS).fill(null);
  /** For each of these calls, the worker that it was given to; 0 for whichever is free. */
  readonly #homes = new Uint8Array(MAX_POOLED_CALLS);
  readonly #free = Array.from({ length: MAX_POOLED_CALLS }, (_, i) => MAX_POOLED_CALLS - 1 - i);
  readonly #clients = new Map<number, PooledClient>();
  /** Answers that came beside the queue, by slot. */
  readonly #octets = new Map<number, Buffer>();
  #check: NodeJS.Timeout | null = null;
  readonly #header = Buffer.alloc(REQUEST_HEADER_SIZE);
  readonly #headerView = new DataView(this.#header.buffer, this.#header.byteOffset, REQUEST_HEADER_SIZE);
  readonly #views = new ViewCache();
  readonly #entry: QueueEntry = {
    connection: 0,
    token: 0,
    slot: 0,
    length: 0,
    octets: Buffer.alloc(MAX_QUEUED_OCTETS),
  };

  /** Starts no thread yet. */
  constructor(count: number, limits: ServerLimits, exposeErrors: boolean) {
    const interfaces = this.#interfaces;
    this.#memory = new PoolMemory(count);
    for (let worker = 1; worker <= count; worker++) {
      const data = { worker, memory: this.#memory.handles, interfaces, limits, exposeErrors };
      this.#threads.push(
        new WorkerThread(data, {
          onMessage: (message) => {
            if (message.kind === "octets") {
              this.#octets.set(message.slot, Buffer.from(message.octets));
            } else {
              this.#receive();
            }
          },
          onStart: (thread) => this.#introduceAll(thread),
          onDeath: (thread, reason) => this.#bury(thread, reason),
        }),
      );
    }
    this.#memory.fallAsleep(SERVER_THREAD);
  }

  /** Has workers serve an interface with what `module` holds. */
  offer<H extends object, C extends Client>(
    { name, uuid, hasContexts = false, concurrentContexts: declared = [] }: InterfaceDefinition<H, C>,
    module: URL,
    { validateResults = false, concurrentContexts = declared }: RegisterOptions<H>,
  ): Serve<H> {
    const index = this.#interfaces.length;
    this.#interfaces.push({ module: module.href, uuid, name, validateResults, concurrentContexts });
    return ({ opnum }) =>
      (reader, call) =>
        this.#serve(index, opnum, hasContexts, reader, call);
  }

  /** Settles when all workers have loaded their modules. Rejects with what the first one failed with. */
  async start(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.start()));
  }

  /** Lets workers run down what clients have left there, then ends them. Settles when they have ended. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** Has a worker run a call. Throws RpcError: RPC_S_SERVER_TOO_BUSY. */
  #serve(index: number, opnum: number, hasContexts: boolean, reader: Reader, call: ServerCall): void {
    const client = this.#introduce(call);
    const slot = this.#takeSlot(client);
    const stubData = reader.rest();
    const isLarge = !fits(REQUEST_HEADER_SIZE + stubData.length);
    const worker = hasContexts ? this.#homeOf(client) : isLarge ? this.#mostIdle() : 0;
    this.#writeHeader(slot, index, opnum, call);
    this.#calls[slot] = call;
    this.#homes[slot] = worker;
    client.calls++;
    this.#memory.open(slot);
    call.defer((reason) => this.#cancel(slot, call, reason));
    if (isLarge) {
      const octets = new ArrayBuffer(REQUEST_HEADER_SIZE + stubData.length);
      const whole = Buffer.from(octets);
      whole.set(this.#header);
      whole.set(stubData, REQUEST_HEADER_SIZE);
      this.#threads[worker - 1]?.say({ kind: "octets", slot, octets }, [octets]);
    }
    const queue = this.#memory.inboxes[worker - 1] ?? this.#memory.requests;
    if (!queue.push(call.connectionId, call.caller.modifiedId, slot, this.#header, stubData)) {
      this.#release(slot);
      throw new RpcError("RPC_S_SERVER_TOO_BUSY", { details: "the workers' queue is full" });
    }
    this.#wake(worker);
  }

  /** As many calls as one client has must be left for others. Throws RpcError: RPC_S_SERVER_TOO_BUSY. */
  #takeSlot(client: PooledClient): number {
    const slot = client.calls < this.#free.length ? this.#free.pop() : undefined;
    if (slot === undefined) {
      const taken = MAX_POOLED_CALLS - this.#free.length;
      throw new RpcError("RPC_S_SERVER_TOO_BUSY", {
        details: `workers have ${taken} of ${MAX_POOLED_CALLS} calls, ${client.calls} of them from this client`,
      });
    }
    return slot;
  }

  /** A client is gone: its context handles are run down. */
  forget(connection: number): void {
    if (this.#clients.delete(connection)) {
      for (const thread of this.#threads) {
        thread.say({ kind: "gone", connection });
      }
    }
  }

  /** Every worker knows of a client before the first of its calls can be taken. */
  #introduce({ connectionId, caller }: ServerCall): PooledClient {
    let client = this.#clients.get(connectionId);
    if (client === undefined) {
      client = { tokens: new Map(), worker: 0, calls: 0 };
      this.#clients.set(connectionId, client);
    }
    if (!client.tokens.has(caller.modifiedId)) {
      const token = toPlainToken(caller);
      forgetOldest(client.tokens);
      client.tokens.set(caller.modifiedId, token);
      for (const thread of this.#threads) {
        thread.say({ kind: "client", connection: connectionId, tokenId: caller.modifiedId, token });
      }
    }
    return client;
  }

  #introduceAll(thread: WorkerThread): void {
    for (const [connection, { tokens }] of this.#clients) {
      for (const [tokenId, token] of tokens) {
        thread.say({ kind: "client", connection, tokenId, token });
      }
    }
  }

  #writeHeader(slot: number, index: number, opnum: number, call: ServerCall): void {
    const left = call.deadline - performance.now();
    const timeout = left === Number.POSITIVE_INFINITY ? 0 : Math.max(Math.ceil(left), 1);
    writeRequestHeader(this.#headerView, 0, 0, slot, pooledBindingId(index, call.syntax), opnum, timeout);
    if (call.objectUuid !== null) {
      writeObjectUuid(this.#header, 0, call.objectUuid);
    }
  }

  /** Where a client's context handles are, or will be: with the worker that has the fewest clients. */
  #homeOf(client: PooledClient): number {
    if (client.worker === 0) {
      const counts = this.#countNothing();
      for (const { worker } of this.#clients.values()) {
        if (worker > 0) {
          counts[worker - 1] = (counts[worker - 1] ?? 0) + 1;
        }
      }
      client.worker = counts.indexOf(Math.min(...counts)) + 1;
    }
    return client.worker;
  }

  /** For each worker where to begin to count: one that does not serve comes last. */
  #countNothing(): number[] {
    return this.#threads.map(({ isReady }) => (isReady ? 0 : MAX_POOLED_CALLS));
  }

  #mostIdle(): number {
    const counts = this.#countNothing();
    for (const [slot, call] of this.#calls.entries()) {
      const owner = call === null ? 0 : this.#memory.ownerOf(slot) || (this.#homes[slot] ?? 0);
      if (owner > 0) {
        counts[owner - 1] = (counts[owner - 1] ?? 0) + 1;
      }
    }
    return counts.indexOf(Math.min(...counts)) + 1;
  }

  /** Wakes the worker that has got something, or one of those that sleep if it is for whoever is free. */
  #wake(worker: number): void {
    if (worker > 0) {
      if (this.#memory.mayWake(worker)) {
        this.#threads[worker - 1]?.say({ kind: "wake" });
      }
      return;
    }
    for (const thread of this.#threads) {
      if (this.#memory.mayWake(thread.worker)) {
        thread.say({ kind: "wake" });
        this.#checkLater();
        return;
      }
    }
  }

  /** Whom we have woken may have begun something else, the rest of an earlier call, say: then another one is woken. */
  #checkLater(): void {
    this.#check ??= setTimeout(() => {
      this.#check = null;
      if (this.#memory.requests.hasEntries) {
        this.#wake(0);
      }
    }, PATIENCE).unref();
  }

  #cancel(slot: number, call: ServerCall, reason: RpcError): void {
    const worker = this.#memory.withdraw(slot);
    if (worker === 0) {
      call.fail(reason);
      return;
    }
    this.#threads[worker - 1]?.say({
      kind: "cancel",
      connection: call.connectionId,
      slot,
      timedOut: reason.status === "RPC_S_TIMEOUT",
    });
  }

  #receive(): void {
    const entry = this.#entry;
    do {
      while (this.#memory.replies.pop(entry, 0)) {
        this.#answer(entry);
      }
      this.#memory.fallAsleep(SERVER_THREAD);
    } while (this.#memory.replies.hasEntries && this.#memory.mayWake(SERVER_THREAD));
  }

  #answer({ slot, length, octets }: QueueEntry): void {
    if (length < 0 && !this.#octets.has(slot)) {
      this.#threads[this.#memory.ownerOf(slot) - 1]?.catchUp();
    }
    const payload = length < 0 ? this.#octets.get(slot) : octets;
    const call = this.#release(slot);
    if (call === null) {
      return;
    }
    const size = length < 0 ? (payload?.length ?? 0) : length;
    const type = payload === undefined ? null : lrpcMessageType(this.#views.of(payload), 0, size);
    if (payload !== undefined && type === LrpcMessageType.RESPONSE) {
      call.respond(payload.subarray(RESPONSE_HEADER_SIZE, size), writeOctets);
      return;
    }
    const fault = payload === undefined ? null : readFault(payload, 0, size);
    call.fail(
      fault === null
        ? new RpcError("RPC_S_CALL_FAILED", { details: "the worker no longer knows the call's client" })
        : new RpcError(fault.status, fault.details === null ? {} : { details: fault.details }),
    );
  }

  #release(slot: number): ServerCall | null {
    const call = this.#calls[slot] ?? null;
    if (call !== null) {
      this.#calls[slot] = null;
      this.#octets.delete(slot);
      this.#free.push(slot);
      const client = this.#clients.get(call.connectionId);
      if (client !== undefined) {
        client.calls--;
      }
    }
    return call;
  }

  /** A worker has died: what it had begun, or was to have, has failed, and its context handles are void. */
  #bury({ worker }: WorkerThread, reason: string): void {
    this.#receive();
    this.#memory.forget(worker);
    const error = new RpcError("RPC_S_CALL_FAILED", {
      details: `the worker that had the call has ended: ${reason}`,
    });
    for (const [slot, call] of this.#calls.entries()) {
      if (call !== null && (this.#homes[slot] === worker || this.#memory.ownerOf(slot) === worker)) {
        this.#release(slot);
        call.fail(error);
      }
    }
    this.#memory.inboxes[worker - 1]?.clear();
    for (const client of this.#clients.values()) {
      if (client.worker === worker) {
        client.worker = 0;
      }
    }
  }
}

/** Stub data that a worker has encoded. */
function writeOctets(writer: Writer, octets: Uint8Array): void {
  writer.bytes(octets);
}
