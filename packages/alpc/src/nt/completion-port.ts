import { Worker } from "node:worker_threads";
import { AlpcError } from "../error.js";
import type { PortHandler } from "../kernel.js";
import { type AlpcLibrary, type Handle, loadAlpcLibrary } from "./alpc-library.js";
import { getWord, setWord } from "./attribute-buffer.js";
import { IO_COMPLETION_ALL_ACCESS } from "./layout/access-rights.js";
import { PortInformation } from "./layout/flags.js";
import { ALPC_PORT_ASSOCIATE_COMPLETION_PORT } from "./layout/port-structures.js";
import { check, isSuccess } from "./nt-status.js";
import { COMMAND_KEY, Command, RETIRED, type WorkerData } from "./receive-commands.js";
import { createRingMemory, RingReader, type RingRecord } from "./receive-ring.js";
import { dataView, ownMemory } from "./structures.js";
import { type SystemLibrary, systemLibrary } from "./system-library.js";

/** A port that messages are received from. */
export interface Receiver {
  /** Must not throw. The record is borrowed. */
  onRecord(record: RingRecord): void;
}

/** Octets that may come for other ports while one is waited for. */
const MAX_DEFERRED = 64 * 1024 * 1024;
/** Messages handed on before the rest of the process has its turn. */
const MESSAGES_PER_TURN = 128;

/** This thread's end of the completion port: starts the receive worker, and hands on what it received. */
export class CompletionPort {
  readonly alpc: AlpcLibrary;
  readonly system: SystemLibrary;
  readonly #library: string;
  readonly #receivers = new Map<number, { readonly receiver: Receiver; readonly handle: Handle }>();
  readonly #turn = (): void => this.#runTurn();
  readonly #stop = (): void => this.#stopWorker();
  #worker: { readonly thread: Worker; readonly ring: RingReader; readonly port: Handle } | null = null;
  #lastId = 0;
  #users = 0;
  #isReferenced = true;
  #isScheduled = false;
  #isHandingOn = false;
  #listeners = new Set<PortHandler>();
  /** What came for other ports while one was waited for, in order, and its octets. */
  #deferred: RingRecord[] = [];
  #deferredSize = 0;
  readonly #scratch = ownMemory(0x1_0000);

  /** Loads the library. Throws what koffi throws. */
  constructor(library: string) {
    this.#library = library;
    this.alpc = loadAlpcLibrary(library);
    this.system = systemLibrary();
  }

  /** A number that no other port of this thread has or will have: PortContext, CompletionKey. */
  nextId(): number {
    return ++this.#lastId;
  }

  /**
   * Receives from a port until `close`. The port is looked at often until it is `settled`, also if it cannot be associated with
   * the completion port yet: false then.
   */
  open(id: number, handle: Handle, receiver: Receiver): boolean {
    this.#startWorker();
    this.#receivers.set(id, { receiver, handle });
    this.#command(Command.OPEN, id, handle);
    this.retain();
    return isSuccess(this.#associate(id, handle));
  }

  /** Has messages of an open port announced. Throws AlpcError. */
  associate(id: number, handle: Handle): void {
    check(this.#associate(id, handle), "associating a port with the completion port");
  }

  settled(id: number): void {
    this.#command(Command.SETTLED, id, 0);
  }

  /** Closes the port's handle as soon as everything that has been received from it has been handed on; once. */
  close(id: number): void {
    this.#command(Command.RETIRE, id, 0);
  }

  /** Keeps the process alive, as open ports do. */
  retain(): void {
    this.#users++;
    this.#updateReference();
  }

  release(): void {
    this.#users--;
    this.#updateReference();
  }

  setReferenced(referenced: boolean): void {
    this.#isReferenced = referenced;
    this.#updateReference();
  }

  /**
   * Blocks this thread until something has been received from a port and handed on: false if the time is over. What comes for
   * other ports waits for the event loop. Throws AlpcError: INVALID_PARAMETER within a handler, QUOTA_EXCEEDED if too much waits.
   */
  waitFor(id: number, milliseconds: number): boolean {
    if (this.#isHandingOn) throw new AlpcError("INVALID_PARAMETER", "no waiting within a handler");
    const ring = this.#worker?.ring;
    const deadline = performance.now() + milliseconds;
    for (;;) {
      if (this.#handOnFor(id)) return true;
      if (ring === undefined || !ring.wait(deadline - performance.now())) return false;
    }
  }

  /** A copy of octets of the ring, which other parts of the process may not take (SharedArrayBuffer); valid until the next one. */
  borrow(body: Buffer): Buffer {
    const copy = this.#scratch.subarray(0, body.length);
    body.copy(copy);
    return copy;
  }

  /** Has `listener` told at the end of this turn, once. */
  atBatchEnd(listener: PortHandler): void {
    this.#listeners.add(listener);
  }

  #associate(id: number, handle: Handle): number {
    const { port } = this.#startWorker();
    const association = ownMemory(ALPC_PORT_ASSOCIATE_COMPLETION_PORT.size);
    setWord(dataView(association), ALPC_PORT_ASSOCIATE_COMPLETION_PORT.CompletionKey, id);
    setWord(dataView(association), ALPC_PORT_ASSOCIATE_COMPLETION_PORT.CompletionPort, port);
    return this.alpc.NtAlpcSetInformation(
      handle,
      PortInformation.ASSOCIATE_COMPLETION_PORT,
      association,
      association.length,
    );
  }

  #updateReference(): void {
    if (this.#users > 0 && this.#isReferenced) this.#worker?.thread.ref();
    else this.#worker?.thread.unref();
  }

  #startWorker(): { readonly port: Handle } {
    if (this.#worker !== null) return this.#worker;
    const slot = ownMemory(8);
    check(
      this.system.NtCreateIoCompletion(slot, IO_COMPLETION_ALL_ACCESS, null, 0),
      "creating a completion port",
    );
    const port = getWord(dataView(slot), 0);
    const memory = createRingMemory();
    const data: WorkerData = { library: this.#library, completionPort: port, ...memory };
    // Always the compiled file: Node 20 runs no TypeScript, and tests of the sources start the same thread.
    const file = new URL("../../dist/nt/receive-worker.js", import.meta.url);
    const thread = new Worker(file, { name: "ncalrpc receive", workerData: data });
    thread.on("message", () => this.#schedule());
    // Without its receiver no port of this process can do anything any more.
    thread.on("error", (error) => {
      throw error;
    });
    this.#worker = { thread, ring: new RingReader(memory), port };
    process.on("exit", this.#stop);
    return this.#worker;
  }

  /** Node waits for its threads at exit; this one waits for packets. */
  #stopWorker(): void {
    this.#worker?.ring.stop();
    this.#command(Command.STOP, 0, 0);
  }

  #command(command: number, id: number, handle: Handle): void {
    if (this.#worker === null) return;
    this.system.NtSetIoCompletion(this.#worker.port, COMMAND_KEY, id, command, handle);
  }

  #onRecord(record: RingRecord): void {
    const entry = this.#receivers.get(record.key);
    if (entry === undefined) return;
    if (record.status !== RETIRED) {
      entry.receiver.onRecord(record);
      return;
    }
    this.#receivers.delete(record.key);
    this.alpc.NtClose(entry.handle);
    this.release();
  }

  /** True if there was something for that port. */
  #handOnFor(id: number): boolean {
    let hasCome = false;
    const deferred = this.#deferred;
    this.#deferred = [];
    this.#deferredSize = 0;
    this.#handOn((onRecord) => {
      const consume = (record: RingRecord) => {
        if (record.key === id) {
          hasCome = true;
          onRecord(record);
        } else this.#defer(record);
      };
      for (const record of deferred) consume(record);
      this.#worker?.ring.drain(MESSAGES_PER_TURN, consume);
    });
    if (this.#deferredSize > MAX_DEFERRED) {
      throw new AlpcError("QUOTA_EXCEEDED", "too much came for other ports while one was waited for");
    }
    return hasCome;
  }

  #defer({ key, status, message, attributes }: RingRecord): void {
    this.#deferred.push({ key, status, message: Buffer.from(message), attributes: Buffer.from(attributes) });
    this.#deferredSize += message.length;
    this.#schedule();
  }

  /** Hands records on, and tells the listeners of the batch at its end. */
  #handOn(work: (onRecord: (record: RingRecord) => void) => void): void {
    this.#isHandingOn = true;
    try {
      work((record) => this.#onRecord(record));
      const listeners = this.#listeners;
      this.#listeners = new Set();
      for (const listener of listeners) listener.onBatchEnd?.();
    } finally {
      this.#isHandingOn = false;
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#turn);
  }

  #runTurn(): void {
    this.#isScheduled = false;
    const ring = this.#worker?.ring;
    if (ring === undefined) return;
    ring.allowWake();
    this.#handOn((onRecord) => {
      const deferred = this.#deferred;
      this.#deferred = [];
      this.#deferredSize = 0;
      for (const record of deferred) onRecord(record);
      if (ring.drain(MESSAGES_PER_TURN, onRecord)) this.#schedule();
    });
  }
}

// One for each library, which is one in earnest.
const shared = new Map<string, CompletionPort>();

/** The completion port of this thread for a library: one worker receives for all kernels. */
export function completionPort(library: string): CompletionPort {
  let port = shared.get(library);
  if (port === undefined) {
    port = new CompletionPort(library);
    shared.set(library, port);
  }
  return port;
}
