import { type Kernel, Patience, type PolledList } from "@ncalrpc/alpc";
import { type PoolMemory, SERVER_THREAD } from "./pool-memory.js";

/**
 * How the thread that owns the ports learns of its workers' answers. Where its kernel looks for messages of busy clients, it
 * looks for answers, too, by the same rules, and while it does nobody has to wake it.
 */
export class ReplyWatch implements PolledList {
  readonly patience = new Patience();
  isHot = false;
  since = 0;
  sleepsWithOthers = false;
  hasRung = false;
  /** Workers wake this thread by ways of their own. */
  readonly isListening = false;
  readonly #memory: PoolMemory;
  readonly #poller: Kernel["poller"];
  readonly #receive: () => number;

  /** `receive` hands on all answers that are there: how many. */
  constructor(memory: PoolMemory, poller: Kernel["poller"], receive: () => number) {
    this.#memory = memory;
    this.#poller = poller;
    this.#receive = receive;
    this.goToSleep();
  }

  /** Workers have got calls, some of them after they had to be woken. */
  expect(isWaking: boolean): void {
    this.hasRung = isWaking;
    this.since = Number.POSITIVE_INFINITY;
    this.#poller?.expect(this);
  }

  /** A worker has woken this thread, or is no more: sees to what there is. */
  look(): void {
    const answers = this.#receive();
    if (this.#poller === undefined) {
      while (!this.goToSleep()) {
        this.#receive();
      }
      return;
    }
    this.#poller.afterPoll(this, answers);
    if (this.isHot) {
      this.#poller.attend(this);
    }
  }

  /** No worker will answer any more. */
  close(): void {
    this.#poller?.remove(this);
  }

  hasNews(): boolean {
    return this.#memory.hasReplies();
  }

  poll(): number {
    return this.#receive();
  }

  wakeUp(): void {
    this.#memory.beBusy(SERVER_THREAD);
  }

  goToSleep(): boolean {
    this.#memory.fallAsleep(SERVER_THREAD);
    return !this.#memory.hasReplies() || !this.#memory.mayWake(SERVER_THREAD);
  }
}
