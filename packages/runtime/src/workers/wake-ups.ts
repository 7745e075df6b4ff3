import type { PoolMemory } from "./pool-memory.js";
import type { WorkerThread } from "./worker-thread.js";

/** Milliseconds that a worker which has been woken gets to take a call, before another one is woken. */
const PATIENCE = 2;

/** Microseconds of work that are worth waking one more worker for: several times what that costs. */
const WORTH = 100;

const settled = Promise.resolve();

/**
 * Wakes workers, once for all the calls that a turn has brought: as many as calls wait that nobody looks for already, or fewer
 * where calls take so little that the first ones will have done them all before the others are up.
 */
export class WakeUps {
  readonly #memory: PoolMemory;
  readonly #threads: readonly Pick<WorkerThread, "worker" | "wake">[];
  /** Told whether somebody had to be woken. */
  readonly #onCalls: (isWaking: boolean) => void;
  readonly #job = (): void => this.#run();
  #isQueued = false;
  #check: NodeJS.Timeout | null = null;

  constructor(
    memory: PoolMemory,
    threads: readonly Pick<WorkerThread, "worker" | "wake">[],
    onCalls: (isWaking: boolean) => void,
  ) {
    this.#memory = memory;
    this.#threads = threads;
    this.#onCalls = onCalls;
  }

  /** There is a call for workers: the right ones are woken after the jobs of now. */
  expect(): void {
    if (!this.#isQueued) {
      this.#isQueued = true;
      void settled.then(this.#job);
    }
  }

  #run(): void {
    this.#isQueued = false;
    this.#onCalls(this.#wake());
  }

  #wake(): boolean {
    const memory = this.#memory;
    const waiting = memory.requests.length;
    let wanted = Math.min(waiting, Math.ceil((waiting * (memory.pace ?? WORTH)) / WORTH));
    for (const { worker } of this.#threads) {
      if (memory.isLooking(worker)) {
        wanted--;
      }
    }
    let isWaking = false;
    for (const thread of this.#threads) {
      const { worker } = thread;
      if ((memory.hasOwnWork(worker) || wanted > 0) && memory.mayWake(worker)) {
        thread.wake();
        isWaking = true;
        wanted--;
      }
    }
    if (memory.requests.length > 0) {
      this.#checkLater();
    }
    return isWaking;
  }

  /** Whom we have woken may have begun something else, the rest of an earlier call, say: then another one is woken. */
  #checkLater(): void {
    this.#check ??= setTimeout(() => {
      this.#check = null;
      if (this.#memory.requests.length > 0) {
        this.#wake();
      }
    }, PATIENCE).unref();
  }
}
