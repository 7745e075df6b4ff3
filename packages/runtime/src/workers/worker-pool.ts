import type { Kernel } from "@ncalrpc/alpc";
import type { Reader, Writer } from "@ncalrpc/ndr";
import type { Client } from "../client/client.js";
import { reportWorkerEnded } from "../diagnostics.js";
import type { InterfaceDefinition } from "../interface-definition.js";
import type { ServerLimits } from "../limits.js";
import { readFault } from "../protocol-lrpc/fault.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { REQUEST_HEADER_SIZE, writeObjectUuid, writeRequestHeader } from "../protocol-lrpc/request.js";
import { RESPONSE_HEADER_SIZE } from "../protocol-lrpc/response.js";
import { RpcError } from "../rpc-error.js";
import type { RegisterOptions, Serve } from "../server/registered-interface.js";
import type { ServerCall } from "../server/server-call.js";
import { fits } from "./call-records.js";
import { type ControlMessage, WAKE } from "./control-message.js";
import { leastLoaded } from "./least-loaded.js";
import { PoolMemory } from "./pool-memory.js";
import type { PooledInterface } from "./pool-worker.js";
import { pooledBindingId } from "./pooled-binding-id.js";
import { PooledCalls } from "./pooled-calls.js";
import { PooledClients } from "./pooled-clients.js";
import { ReplyWatch } from "./reply-watch.js";
import { NOTHING } from "./shared-ring.js";
import { WakeUps } from "./wake-ups.js";
import type { WorkerOptions } from "./worker-options.js";
import { type WorkerEnd, WorkerThread } from "./worker-thread.js";

/**
 * The workers of a server, as the thread sees them that owns its ports. Calls that this thread has admitted wait in one queue,
 * out of which a worker takes one when it is free, so that none waits for a busy worker while another one is idle.
 * Calls of interfaces with context handles go to the worker where the client's handles are.
 */
export class WorkerPool {
  readonly #memory: PoolMemory;
  readonly #threads: WorkerThread[] = [];
  readonly #interfaces: PooledInterface[] = [];
  readonly #calls = new PooledCalls();
  readonly #clients = new PooledClients(this.#threads);
  readonly #wakeUps: WakeUps;
  readonly #replies: ReplyWatch;
  /** Answers that came beside the records, by place. */
  readonly #octets = new Map<number, Buffer>();
  /** Why no worker serves; null while one does, or soon will. */
  #outage: string | null = null;

  /** Starts no thread yet. */
  constructor(
    { count, resourceLimits = {} }: WorkerOptions,
    limits: ServerLimits,
    exposeErrors: boolean,
    kernel: Kernel,
  ) {
    const interfaces = this.#interfaces;
    this.#memory = new PoolMemory(count);
    this.#replies = new ReplyWatch(this.#memory, kernel.poller, () => this.#receive());
    this.#wakeUps = new WakeUps(this.#memory, this.#threads, (isWaking) => this.#replies.expect(isWaking));
    for (let worker = 1; worker <= count; worker++) {
      const data = { worker, memory: this.#memory.handles, interfaces, limits, exposeErrors };
      this.#threads.push(
        new WorkerThread(data, resourceLimits, {
          onMessage: (message) => this.#obey(message),
          onStart: (thread) => this.#clients.introduceAll(thread),
          onEnd: (thread, end) => this.#bury(thread, end),
        }),
      );
    }
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
    this.#replies.close();
  }

  /** A client is gone: its context handles are run down. */
  forget(connection: number): void {
    this.#clients.forget(connection);
  }

  /** Has a worker run a call. Throws RpcError: RPC_S_SERVER_TOO_BUSY, RPC_S_SERVER_UNAVAILABLE. */
  #serve(index: number, opnum: number, hasContexts: boolean, reader: Reader, call: ServerCall): void {
    if (this.#outage !== null) {
      throw new RpcError("RPC_S_SERVER_UNAVAILABLE", { details: this.#outage });
    }
    const { connectionId, caller } = call;
    const client = this.#clients.introduce(connectionId, caller);
    if (!this.#calls.hasRoomFor(client)) {
      this.#replies.look();
    }
    const stubData = reader.rest();
    const length = REQUEST_HEADER_SIZE + stubData.length;
    const worker = hasContexts ? this.#clients.homeOf(client) : fits(length) ? 0 : this.#mostIdle();
    const slot = this.#calls.add(call, client, worker);
    const { records, inboxes, requests } = this.#memory;
    records.setLength(slot, length);
    if (fits(length)) {
      this.#write(records.octets, records.view, records.start(slot), slot, index, opnum, call, stubData);
    } else {
      const octets = new ArrayBuffer(length);
      this.#write(Buffer.from(octets), new DataView(octets), 0, slot, index, opnum, call, stubData);
      this.#threads[worker - 1]?.say({ kind: "octets", slot, octets }, [octets]);
    }
    records.offer(slot, connectionId, caller.modifiedId, worker);
    call.defer((reason) => this.#cancel(slot, call, reason));
    // There is room in each ring for all places.
    (inboxes[worker - 1] ?? requests).push(slot);
    this.#wakeUps.expect();
  }

  #write(
    octets: Buffer,
    view: DataView,
    start: number,
    slot: number,
    index: number,
    opnum: number,
    call: ServerCall,
    stubData: Buffer,
  ): void {
    const left = call.deadline - performance.now();
    const timeout = left === Number.POSITIVE_INFINITY ? 0 : Math.max(Math.ceil(left), 1);
    writeRequestHeader(view, start, 0, slot, pooledBindingId(index, call.syntax), opnum, timeout);
    if (call.objectUuid !== null) {
      writeObjectUuid(octets, start, call.objectUuid);
    }
    octets.set(stubData, start + REQUEST_HEADER_SIZE);
  }

  #mostIdle(): number {
    const { records } = this.#memory;
    const owners = Array.from(this.#calls, ([slot, { worker }]) => records.owner(slot) || worker);
    return leastLoaded(this.#threads, owners);
  }

  #cancel(slot: number, call: ServerCall, reason: RpcError): void {
    const given = this.#calls.at(slot)?.worker ?? 0;
    const owner = this.#memory.records.withdraw(slot, given);
    if (owner === 0) {
      call.fail(reason);
    }
    this.#threads[(owner || given) - 1]?.say({
      kind: "cancel",
      connection: call.connectionId,
      slot,
      timedOut: reason.status === "RPC_S_TIMEOUT",
    });
  }

  #obey(message: ControlMessage): void {
    if (message === WAKE) {
      this.#replies.look();
    } else if (message.kind === "octets") {
      this.#octets.set(message.slot, Buffer.from(message.octets));
    } else if (message.kind === "ready") {
      this.#outage = null;
    }
  }

  /** Hands on all answers that are there: how many. */
  #receive(): number {
    for (let answers = 0; ; answers++) {
      const slot = this.#memory.takeReply();
      if (slot === NOTHING) {
        return answers;
      }
      this.#answer(slot);
    }
  }

  #answer(slot: number): void {
    const { records } = this.#memory;
    const length = records.length(slot);
    if (length >= 0) {
      const start = records.start(slot);
      this.#settle(slot, records.octets, records.view, start, length);
      return;
    }
    if (!this.#octets.has(slot)) {
      this.#threads[records.owner(slot) - 1]?.catchUp();
    }
    const octets = this.#octets.get(slot) ?? Buffer.alloc(0);
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    this.#settle(slot, octets, view, 0, octets.length);
  }

  #settle(slot: number, octets: Buffer, view: DataView, start: number, length: number): void {
    const call = this.#calls.at(slot)?.call;
    this.#release(slot);
    if (call === undefined) {
      return;
    }
    if (lrpcMessageType(view, start, length) === LrpcMessageType.RESPONSE) {
      call.respond(octets.subarray(start + RESPONSE_HEADER_SIZE, start + length), writeOctets);
      return;
    }
    const fault = readFault(octets, start, length);
    call.fail(
      fault === null
        ? new RpcError("RPC_S_CALL_FAILED", { details: "the worker no longer knows the call's client" })
        : new RpcError(fault.status, fault.details === null ? {} : { details: fault.details }),
    );
  }

  #release(slot: number): void {
    this.#memory.records.close(slot);
    this.#octets.delete(slot);
    this.#calls.remove(slot);
  }

  /**
   * A worker has died, or could not start: what it had begun has failed, what was given to it alone has not run, and its
   * context handles are void.
   */
  #bury({ worker }: WorkerThread, { reason, hasServed, pause }: WorkerEnd): void {
    const { records, inboxes } = this.#memory;
    this.#replies.look();
    this.#memory.beBusy(worker);
    for (const [slot, { call, worker: given }] of this.#calls) {
      const isBegun = records.owner(slot) === worker;
      if (isBegun || given === worker) {
        this.#release(slot);
        call.fail(
          new RpcError(isBegun ? "RPC_S_CALL_FAILED" : "RPC_S_CALL_FAILED_DNE", {
            details: `the worker that ${isBegun ? "had" : "was to have"} the call has ended: ${reason}`,
          }),
        );
      }
    }
    inboxes[worker - 1]?.clear();
    this.#clients.evict(worker);
    if (hasServed || this.#threads.some(({ isReady }) => isReady)) {
      // Others may have been passed over as this one was to see to it.
      this.#wakeUps.expect();
    } else {
      this.#giveUp(`no worker can be started: ${reason}`);
    }
    reportWorkerEnded({ worker, reason, hasServed, pause });
  }

  /** Until a worker serves again there are no calls for them. Their places become free when one has seen that they are withdrawn. */
  #giveUp(outage: string): void {
    this.#outage = outage;
    for (const [slot, { call, worker: given }] of this.#calls) {
      if (this.#memory.records.withdraw(slot, given) === 0) {
        call.fail(new RpcError("RPC_S_CALL_FAILED_DNE", { details: outage }));
      }
    }
  }
}

/** Stub data that a worker has encoded. */
function writeOctets(writer: Writer, octets: Uint8Array): void {
  writer.bytes(octets);
}
