import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { MessageType, type ReceivedMessage } from "@ncalrpc/alpc";
import type { Token } from "@ncalrpc/security";
import type { ServerLimits } from "../limits.js";
import { RpcError } from "../rpc-error.js";
import type { AccessRule } from "../server/access-rule.js";
import { InterfaceRegistry } from "../server/interface-registry.js";
import { type RegisteredInterface, registerInterface, serveHere } from "../server/registered-interface.js";
import { RequestDispatcher } from "../server/request-dispatcher.js";
import { ServerState } from "../server/server-state.js";
import { UserQuota } from "../server/user-quota.js";
import { type ControlMessage, forgetOldest, fromPlainToken } from "./control-message.js";
import { loadImplementation } from "./load-implementation.js";
import { type PoolHandles, PoolMemory, SERVER_THREAD } from "./pool-memory.js";
import { pooledBindingId } from "./pooled-binding-id.js";
import { PooledConnection } from "./pooled-connection.js";
import { fits, MAX_QUEUED_OCTETS, type QueueEntry, type SharedQueue } from "./shared-queue.js";
import { WorkerPort } from "./worker-port.js";

/** An interface that workers serve: its place in this list is what requests are bound to. */
export interface PooledInterface {
  readonly module: string;
  readonly uuid: string;
  readonly name: string;
  readonly validateResults: boolean;
  readonly concurrentContexts: boolean | readonly string[];
}

/** What a worker is started with. */
export interface PoolWorkerData {
  /** From 1 on. */
  readonly worker: number;
  readonly control: MessagePort;
  readonly memory: PoolHandles;
  readonly interfaces: readonly PooledInterface[];
  readonly limits: ServerLimits;
  readonly exposeErrors: boolean;
}

/** Milliseconds of calls without a break before the worker's event loop has its turn. */
const LONGEST_RUN = 0.5;
/** Who may call has been found out by the server's own thread. */
const NO_RULES: readonly AccessRule[] = [];

const nothing = Buffer.alloc(0);

/** A thread that runs the handlers of a server's calls: it takes one when it is free, and the next one when that has had its turn. */
class PoolWorker {
  readonly #worker: number;
  readonly #control: MessagePort;
  readonly #memory: PoolMemory;
  readonly #inbox: SharedQueue;
  readonly #interfaces: readonly RegisteredInterface[];
  readonly #state: ServerState;
  readonly #dispatcher: RequestDispatcher;
  readonly #connections = new Map<number, { connection: PooledConnection; tokens: Map<number, Token> }>();
  /** Requests that came beside the queue, by slot. */
  readonly #octets = new Map<number, Buffer>();
  readonly #entry: QueueEntry = {
    connection: 0,
    token: 0,
    slot: 0,
    length: 0,
    octets: Buffer.alloc(MAX_QUEUED_OCTETS),
  };
  readonly #step = (): void => this.#run();
  #runStart = 0;
  #isRunning = false;

  constructor(data: PoolWorkerData, interfaces: readonly RegisteredInterface[]) {
    const { worker, control, memory, limits, exposeErrors } = data;
    this.#worker = worker;
    this.#control = control;
    this.#memory = new PoolMemory(memory);
    const inbox = this.#memory.inboxes[worker - 1];
    if (inbox === undefined) {
      throw new RangeError(`there is no worker ${worker}`);
    }
    this.#inbox = inbox;
    this.#interfaces = interfaces;
    this.#state = new ServerState(
      limits,
      new UserQuota(limits.maxContextsPerUser),
      Number.POSITIVE_INFINITY,
      exposeErrors,
      () => {},
    );
    this.#dispatcher = new RequestDispatcher(new InterfaceRegistry(), this.#state);
  }

  start(): void {
    this.#control.on("message", (message: ControlMessage) => {
      this.#obey(message);
      this.#wake();
    });
    this.#say({ kind: "ready" });
    this.#wake();
  }

  #wake(): void {
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#runStart = performance.now();
      this.#run();
    }
  }

  /** One call at a time: the promises that it settles go first, then the next call or, after a while, the event loop. */
  #run(): void {
    if (!this.#take()) {
      this.#memory.fallAsleep(this.#worker);
      const isEmpty = !this.#inbox.hasEntries && !this.#memory.requests.hasEntries;
      if (isEmpty || !this.#memory.mayWake(this.#worker)) {
        this.#isRunning = false;
        return;
      }
    }
    const now = performance.now();
    if (now - this.#runStart < LONGEST_RUN) {
      queueMicrotask(this.#step);
    } else {
      this.#runStart = now;
      setImmediate(this.#step);
    }
  }

  #take(): boolean {
    const entry = this.#entry;
    if (!this.#inbox.pop(entry, 0) && !this.#memory.requests.pop(entry, 0)) {
      return false;
    }
    if (this.#memory.begin(entry.slot, this.#worker)) {
      this.#serve(entry);
      return true;
    }
    if (entry.length < 0) {
      this.#catchUp();
      this.#octets.delete(entry.slot);
    }
    this.#reply(entry.slot, nothing);
    return true;
  }

  #serve({ connection: id, token: tokenId, slot, length, octets }: QueueEntry): void {
    let client = this.#connections.get(id);
    if (client?.tokens.has(tokenId) !== true || length < 0) {
      // What the call needs was sent before the call.
      this.#catchUp();
      client = this.#connections.get(id);
    }
    const token = client?.tokens.get(tokenId);
    const request = length < 0 ? this.#octets.get(slot) : octets;
    this.#octets.delete(slot);
    if (client === undefined || token === undefined || request === undefined) {
      this.#reply(slot, nothing);
      return;
    }
    const message: ReceivedMessage = {
      type: MessageType.REQUEST,
      messageId: slot,
      callbackId: 0,
      buffer: request,
      start: 0,
      length: length < 0 ? request.length : length,
      token,
      view: null,
      handles: [],
      dataEntries: [],
    };
    this.#dispatcher.dispatch(client.connection, message);
  }

  #catchUp(): void {
    for (;;) {
      const received: { message: ControlMessage } | undefined = receiveMessageOnPort(this.#control);
      if (received === undefined) {
        return;
      }
      this.#obey(received.message);
    }
  }

  #obey(message: ControlMessage): void {
    switch (message.kind) {
      case "client":
        this.#admit(message.connection, message.tokenId, fromPlainToken(message.token));
        break;
      case "gone":
        this.#connections.get(message.connection)?.connection.close();
        this.#connections.delete(message.connection);
        break;
      case "cancel": {
        const reason = new RpcError(message.timedOut ? "RPC_S_TIMEOUT" : "RPC_S_CALL_CANCELLED");
        this.#connections.get(message.connection)?.connection.cancelCall(message.slot, reason);
        break;
      }
      case "octets":
        this.#octets.set(message.slot, Buffer.from(message.octets));
        break;
      case "close":
        void this.#close();
        break;
    }
  }

  #admit(id: number, tokenId: number, token: Token): void {
    const known = this.#connections.get(id);
    if (known !== undefined) {
      forgetOldest(known.tokens);
      known.tokens.set(tokenId, token);
      return;
    }
    const port = new WorkerPort(id, token, (slot, payload) => this.#reply(slot, payload));
    const connection = new PooledConnection(port, this.#state);
    for (const [index, served] of this.#interfaces.entries()) {
      for (const syntax of ["ndr20", "ndr64"] as const) {
        connection.bindings.set(pooledBindingId(index, syntax), { offered: served, syntax });
      }
    }
    this.#connections.set(id, { connection, tokens: new Map([[tokenId, token]]) });
  }

  #reply(slot: number, payload: Buffer): void {
    if (!fits(payload.length)) {
      const octets = new ArrayBuffer(payload.length);
      Buffer.from(octets).set(payload);
      this.#say({ kind: "octets", slot, octets }, [octets]);
    }
    this.#memory.replies.push(0, 0, slot, nothing, payload);
    if (this.#memory.mayWake(SERVER_THREAD)) {
      this.#say({ kind: "wake" });
    }
  }

  #say(message: ControlMessage, transferred: ArrayBuffer[] = []): void {
    this.#control.postMessage(message, transferred);
  }

  async #close(): Promise<void> {
    for (const { connection } of this.#connections.values()) {
      connection.close();
    }
    await this.#state.rundownsEnded();
    this.#control.close();
  }
}

async function main(data: PoolWorkerData): Promise<void> {
  const interfaces: RegisteredInterface[] = [];
  for (const pooled of data.interfaces) {
    const { definition, handlers, options } = await loadImplementation(pooled);
    const { validateResults, concurrentContexts } = pooled;
    const registered = registerInterface(definition, serveHere(handlers), NO_RULES, {
      ...options,
      validateResults,
      concurrentContexts,
    });
    await registered.checks?.load();
    interfaces.push(registered);
  }
  new PoolWorker(data, interfaces).start();
}

if (parentPort !== null) {
  await main(workerData);
}
