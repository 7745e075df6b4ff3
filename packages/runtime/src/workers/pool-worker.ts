import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { MessageType, type ReceivedMessage } from "@ncalrpc/alpc";
import type { Token } from "@ncalrpc/security";
import type { ServerLimits } from "../limits.js";
import { RESPONSE_HEADER_SIZE } from "../protocol-lrpc/response.js";
import { RpcError } from "../rpc-error.js";
import type { AccessRule } from "../server/access-rule.js";
import { InterfaceRegistry } from "../server/interface-registry.js";
import { type RegisteredInterface, registerInterface, serveHere } from "../server/registered-interface.js";
import { RequestDispatcher } from "../server/request-dispatcher.js";
import { ServerState } from "../server/server-state.js";
import { ELSEWHERE, MAX_RECORDED_OCTETS } from "./call-records.js";
import { type ControlMessage, fromPlainToken, WAKE } from "./control-message.js";
import { loadImplementation } from "./load-implementation.js";
import { type PoolHandles, PoolMemory } from "./pool-memory.js";
import { slotOf } from "./pooled-call-id.js";
import { SealedLender } from "./sealed-lender.js";
import { NOTHING } from "./shared-ring.js";
import { Upstream } from "./upstream.js";
import { mayLook, WorkLoop } from "./work-loop.js";
import { WorkerClients } from "./worker-clients.js";

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

/** Octets of stub data that a reply has at most which the record of its call holds. */
const SHORT_LIMIT = MAX_RECORDED_OCTETS - RESPONSE_HEADER_SIZE;

/** Who may call has been found out by the server's own thread. */
const NO_RULES: readonly AccessRule[] = [];

const nothing = Buffer.alloc(0);

/** A thread that runs the handlers of a server's calls: it takes one when it is free, and the next one when that has had its turn. */
class PoolWorker {
  readonly #worker: number;
  readonly #control: MessagePort;
  readonly #memory: PoolMemory;
  readonly #state: ServerState;
  readonly #dispatcher: RequestDispatcher;
  readonly #upstream: Upstream;
  readonly #lender: SealedLender;
  readonly #clients: WorkerClients;
  readonly #loop: WorkLoop;
  /** Requests that came beside the records, by place. */
  readonly #octets = new Map<number, Buffer>();
  /** What a record holds, where no other thread writes. */
  readonly #request = Buffer.alloc(MAX_RECORDED_OCTETS);

  constructor(data: PoolWorkerData, interfaces: readonly RegisteredInterface[]) {
    const { worker, control, limits, exposeErrors } = data;
    const memory = new PoolMemory(data.memory);
    this.#worker = worker;
    this.#control = control;
    this.#memory = memory;
    this.#state = new ServerState(limits, SHORT_LIMIT, exposeErrors, () => {});
    this.#dispatcher = new RequestDispatcher(new InterfaceRegistry(), this.#state);
    this.#upstream = new Upstream(worker, memory, control);
    this.#lender = new SealedLender((message) => this.#upstream.say(message));
    this.#clients = new WorkerClients(interfaces, this.#state, this.#upstream, this.#lender);
    this.#loop = new WorkLoop(
      {
        take: () => this.#take(),
        hasWork: () => memory.hasWork(worker),
        look: () => memory.look(worker),
        onPace: (milliseconds) => memory.setPace(worker, milliseconds * 1000),
        sleep: () => {
          memory.fallAsleep(worker);
          return !memory.hasWork(worker) || !memory.mayWake(worker);
        },
      },
      mayLook(worker),
    );
  }

  start(): void {
    this.#control.on("message", (message: ControlMessage) => {
      this.#obey(message);
      this.#loop.wake();
    });
    this.#upstream.say({ kind: "ready" });
    this.#loop.wake();
  }

  #take(): boolean {
    const slot = this.#memory.begin(this.#worker);
    if (slot === NOTHING) {
      return false;
    }
    this.#memory.beBusy(this.#worker);
    this.#serve(slot);
    return true;
  }

  #serve(slot: number): void {
    const { records } = this.#memory;
    const id = records.connection(slot);
    const tokenId = records.token(slot);
    const length = records.length(slot);
    let client = this.#clients.get(id);
    if (client?.tokens.has(tokenId) !== true || length === ELSEWHERE) {
      // What the call needs was sent before the call.
      this.#catchUp();
      client = this.#clients.get(id);
    }
    const token = client?.tokens.get(tokenId);
    const request = length === ELSEWHERE ? this.#octets.get(slot) : this.#copy(slot, length);
    this.#octets.delete(slot);
    if (client === undefined || token === undefined || request === undefined) {
      this.#upstream.reply(slot, nothing);
      return;
    }
    const size = length === ELSEWHERE ? request.length : length;
    this.#dispatcher.dispatch(client.connection, messageOf(MessageType.REQUEST, slot, request, size, token));
  }

  #copy(slot: number, length: number): Buffer {
    const { records } = this.#memory;
    const start = records.start(slot);
    records.octets.copy(this.#request, 0, start, start + length);
    return this.#request;
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
    if (message === WAKE) {
      return;
    }
    switch (message.kind) {
      case "client":
        this.#clients.admit(message.connection, message.tokenId, fromPlainToken(message.token));
        break;
      case "gone":
        this.#clients.dismiss(message.connection);
        break;
      case "cancel": {
        this.#octets.delete(slotOf(message.callId));
        const reason = new RpcError(message.timedOut ? "RPC_S_TIMEOUT" : "RPC_S_CALL_CANCELLED");
        this.#clients.get(message.connection)?.connection.cancelCall(message.callId, reason);
        break;
      }
      case "request":
        this.#octets.set(message.slot, Buffer.from(message.octets));
        break;
      case "answer":
        this.#answerCallback(message.connection, Buffer.from(message.octets));
        break;
      case "taken":
        this.#lender.onTaken(message.id);
        break;
      case "close":
        void this.#close();
        break;
    }
  }

  #answerCallback(id: number, answer: Buffer): void {
    const connection = this.#clients.get(id)?.connection;
    // If nobody waits for it any more, that is the business of nobody.
    connection?.callbacks.receive(
      messageOf(MessageType.DATAGRAM, 0, answer, answer.length, connection.port.token),
    );
  }

  async #close(): Promise<void> {
    this.#clients.close();
    await this.#state.rundownsEnded();
    this.#control.close();
  }
}

/** A message as if it had come from a client's port. */
function messageOf(
  type: MessageType,
  messageId: number,
  buffer: Buffer,
  length: number,
  token: Token,
): ReceivedMessage {
  return {
    type,
    messageId,
    callbackId: 0,
    buffer,
    start: 0,
    length,
    token,
    view: null,
    handles: [],
    dataEntries: [],
  };
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
