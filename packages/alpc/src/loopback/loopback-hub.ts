import type { Token } from "@ncalrpc/security";
import type { PortHandler } from "../kernel.js";
import { BorrowedMessage } from "../received-message.js";
import type { LoopbackFaults } from "./faults.js";
import type { LoopbackConnectionPort } from "./loopback-connection-port.js";
import type { LoopbackPort } from "./loopback-port.js";

/**
 * What the kernels of one loopback system share: the names, and the turns in which messages are handed on. Nothing
 * is handed on from within a call: what is sent in one turn arrives in the next.
 */
export class LoopbackHub {
  readonly names = new Map<string, LoopbackConnectionPort>();
  readonly faults: LoopbackFaults;
  readonly message: BorrowedMessage;
  readonly #ready = new Set<LoopbackPort>();
  readonly #listeners = new Set<PortHandler>();
  #jobs: (() => void)[] = [];
  #scheduled = false;

  constructor(faults: LoopbackFaults, token: Token) {
    this.faults = faults;
    this.message = new BorrowedMessage(Buffer.alloc(0), token);
  }

  /** Runs something in the next turn. */
  post(job: () => void): void {
    this.#jobs.push(job);
    this.#schedule();
  }

  /** This port has something to hand on. */
  markReady(port: LoopbackPort): void {
    this.#ready.add(port);
    this.#schedule();
  }

  /** Has `listener` told at the end of this turn. */
  atBatchEnd(listener: PortHandler): void {
    this.#listeners.add(listener);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#scheduled = false;
    const jobs = this.#jobs;
    this.#jobs = [];
    for (const job of jobs) job();
    const ports = [...this.#ready];
    this.#ready.clear();
    for (const port of ports) port.deliver();
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener.onBatchEnd?.();
  }
}
