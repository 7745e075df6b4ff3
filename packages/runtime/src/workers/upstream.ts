import type { MessagePort } from "node:worker_threads";
import { ELSEWHERE, fits } from "./call-records.js";
import { type ControlMessage, WAKE } from "./control-message.js";
import type { LongReply } from "./long-reply.js";
import { type PoolMemory, SERVER_THREAD } from "./pool-memory.js";

/** The way from a worker to the server's own thread. */
export class Upstream {
  readonly #worker: number;
  readonly #memory: PoolMemory;
  readonly #control: MessagePort;

  constructor(worker: number, memory: PoolMemory, control: MessagePort) {
    this.#worker = worker;
    this.#memory = memory;
    this.#control = control;
  }

  /** Answers the call at `slot` with a message, which is copied. */
  reply(slot: number, payload: Buffer): void {
    if (!fits(payload.length)) {
      this.replyAtLength(slot, { octets: copyOf(payload), array: null, sealed: null });
      return;
    }
    const { records } = this.#memory;
    records.octets.set(payload, records.start(slot));
    this.#answer(slot, payload.length);
  }

  /** The same with what is handed over. */
  replyAtLength(slot: number, reply: LongReply): void {
    this.say({ kind: "reply", slot, reply }, [reply.octets]);
    this.#answer(slot, ELSEWHERE);
  }

  /** Has a client called back: `payload`, which is copied, is the message that it is to get. */
  callBack(connection: number, payload: Buffer): void {
    const octets = copyOf(payload);
    this.say({ kind: "callback", connection, octets }, [octets]);
  }

  say(message: ControlMessage, transferred: ArrayBuffer[] = []): void {
    this.#control.postMessage(message, transferred);
  }

  #answer(slot: number, length: number): void {
    this.#memory.answer(slot, this.#worker, length);
    if (this.#memory.mayWake(SERVER_THREAD)) {
      this.#control.postMessage(WAKE);
    }
  }
}

function copyOf(payload: Buffer): ArrayBuffer {
  const octets = new ArrayBuffer(payload.length);
  Buffer.from(octets).set(payload);
  return octets;
}
