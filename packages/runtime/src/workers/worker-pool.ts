import type { Kernel } from "@ncalrpc/alpc";
import type { Reader } from "@ncalrpc/ndr";
import type { Client } from "../client/client.js";
import { reportWorkerEnded } from "../diagnostics.js";
import type { InterfaceDefinition } from "../interface-definition.js";
import type { ServerLimits } from "../limits.js";
import { REQUEST_HEADER_SIZE, writeObjectUuid, writeRequestHeader } from "../protocol-lrpc/request.js";
import { RpcError } from "../rpc-error.js";
import type { RegisterOptions, Serve } from "../server/registered-interface.js";
import type { ServerCall } from "../server/server-call.js";
import { fits } from "./call-records.js";
import { type ControlMessage, WAKE } from "./control-message.js";
import { leastLoaded } from "./least-loaded.js";
import { PoolMemory } from "./pool-memory.js";
import type { PooledInterface } from "./pool-worker.js";
import { PooledAnswers } from "./pooled-answers.js";
import { pooledBindingId } from "./pooled-binding-id.js";
import { slotOf } from "./pooled-call-id.js";
import { PooledCalls } from "./pooled-calls.js";
import { PooledClients } from "./pooled-clients.js";
import { relayCallback } from "./relay-callback.js";
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
  readonly #answers: PooledAnswers;
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
    this.#answers = new PooledAnswers(this.#memory.records, count);
    this.#replies = new ReplyWatch(this.#memory, kernel.poller, () => this.#receive());
    this.#wakeUps = new WakeUps(this.#memory, this.#threads, (isWaking) => this.#replies.expect(isWaking));
    for (let worker = 1; worker <= count; worker++) {
      const data = { worker, memory: this.#memory.handles, interfaces, limits, exposeErrors };
      this.#threads.push(
        new WorkerThread(data, resourceLimits, {
          onMessage: (message) => this.#obey(worker, message),
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
    this.#answers.close();
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
    const id = this.#calls.add(call, client, worker);
    const slot = slotOf(id);
    const { records, inboxes, requests } = this.#memory;
    records.setLength(slot, length);
    if (fits(length)) {
      this.#write(records.octets, records.view, records.start(slot), id, index, opnum, call, stubData);
    } else {
      const octets = new ArrayBuffer(length);
      this.#write(Buffer.from(octets), new DataView(octets), 0, id, index, opnum, call, stubData);
      this.#threads[worker - 1]?.say({ kind: "request", slot, octets }, [octets]);
    }
    records.offer(slot, connectionId, caller.modifiedId, worker);
    call.defer((reason) => this.#cancel(id, call, reason));
    // There is room in each ring for all places.
    (inboxes[worker - 1] ?? requests).push(slot);
    this.#wakeUps.expect();
  }

  #write(
    octets: Buffer,
    view: DataView,
    start: number,
    id: number,
    index: number,
    opnum: number,
    call: ServerCall,
    stubData: Buffer,
  ): void {
    const left = call.deadline - performance.now();
    const timeout = left === Number.POSITIVE_INFINITY ? 0 : Math.max(Math.ceil(left), 1);
    writeRequestHeader(view, start, 0, id, pooledBindingId(index, call.syntax), opnum, timeout);
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

  #cancel(callId: number, call: ServerCall, reason: RpcError): void {
    const slot = slotOf(callId);
    const given = this.#calls.at(slot)?.worker ?? 0;
    const owner = this.#memory.records.withdraw(slot, given);
    if (owner === 0) {
      call.fail(reason);
    }
    this.#threads[(owner || given) - 1]?.say({
      kind: "cancel",
      connection: call.connectionId,
      callId,
      timedOut: reason.status === "RPC_S_TIMEOUT",
    });
  }

  #obey(worker: number, message: ControlMessage): void {
    if (message === WAKE) {
      this.#replies.look();
      return;
    }
    switch (message.kind) {
      case "ready":
        this.#outage = null;
        break;
      case "reply":
        this.#answers.add(message.slot, message.reply);
        break;
      case "callback":
        void this.#callBack(worker, message.connection, message.octets);
        break;
      case "sealed":
        this.#answers.takeSealed(worker, message.id, message.loan);
        this.#threads[worker - 1]?.say({ kind: "taken", id: message.id });
        break;
      case "unsealed":
        // What the worker has answered before goes out before.
        setImmediate(() => {
          this.#receive();
          this.#answers.releaseSealed(worker, message.id);
        });
        break;
    }
  }

  async #callBack(worker: number, connection: number, request: ArrayBuffer): Promise<void> {
    const octets = await relayCallback(request, (callId) => this.#calls.find(callId)?.call ?? null);
    this.#threads[worker - 1]?.say({ kind: "answer", connection, octets }, [octets]);
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
    const worker = this.#memory.records.owner(slot);
    if (this.#answers.isMissing(slot)) {
      this.#threads[worker - 1]?.catchUp();
    }
    const call = this.#calls.at(slot)?.call ?? null;
    this.#free(slot);
    this.#answers.handOn(slot, worker, call);
  }

  #free(slot: number): void {
    this.#memory.records.close(slot);
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
        this.#free(slot);
        this.#answers.forget(slot);
        call.fail(
          new RpcError(isBegun ? "RPC_S_CALL_FAILED" : "RPC_S_CALL_FAILED_DNE", {
            details: `the worker that ${isBegun ? "had" : "was to have"} the call has ended: ${reason}`,
          }),
        );
      }
    }
    inboxes[worker - 1]?.clear();
    this.#answers.evict(worker);
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
