import { AsyncResource } from "node:async_hooks";
import type { PolledList, Poller } from "../../waiting/poller.js";
import { SpinBudget } from "../../waiting/spin-budget.js";
import { resolveSpin, type SpinOptions } from "../../waiting/spin-options.js";

/** The thread's turns, in which messages are handed on. */
export interface Turns {
  /** What is handed on from here on is of one batch. */
  beginBatch(): void;
  /** Tells the listeners that the batch is over, and sends what it has queued. */
  endBatch(): void;
  /** Sends what has been queued. */
  flush(): void;
  /** Takes a turn after everything else of the event loop has had its own. */
  schedule(): void;
}

/** Milliseconds of promise jobs without a break before the event loop has its turn: timers and other events. */
const LONGEST_RUN = 0.25;
/** The same while nothing comes: what we wait for may wait for an event itself. */
const LONGEST_IDLE_RUN = 0.03;
/**
 * A job looks once, so that chains of promises run on between jobs; but each job costs memory, so those that find nothing
 * get longer and longer. Who has just sent something has come to where it waits for the other side: then the next job is
 * a long one at once. The clock is read after the longest only, which take about a microsecond.
 */
const GROWTH = 16;
const MOST_LOOKS = 256;
/** How much longer we wait for a peer that has to be woken: else two who sleep would never find that both could be awake. */
const WAKING = 4;
/** Jobs between two readings of the clock while messages flow. */
const UNCLOCKED = 8;

const settled = Promise.resolve();

/**
 * Looks for messages in those lists where some are to be expected soon. It does so in promise jobs, each of which
 * queues the next one: what a message sets off has run, and what that sends is published, before we look again. After
 * a while the event loop has its turn. A list where nothing has come for too long goes to sleep.
 */
export class ListPoller implements Poller {
  readonly #turns: Turns;
  readonly #patience: number;
  readonly #budget: SpinBudget | null;
  /** Jobs are ours, not those of whoever sent the message that started them. */
  readonly #scope = new AsyncResource("NcalrpcCompletionList");
  readonly #hot: PolledList[] = [];
  readonly #job = (): void => this.#run();
  readonly #queue = (): void => {
    void settled.then(this.#job);
  };
  #isQueued = false;
  #isLapping = false;
  #now = 0;
  #runStart = 0;
  /** Something has come since the clock was read. */
  #hasProgress = false;
  #lastProgress = 0;
  #looks = 1;
  #unclocked = 0;
  #sleeps = 0;

  constructor(turns: Turns, spin: SpinOptions | false | undefined) {
    this.#turns = turns;
    const options = resolveSpin(spin);
    this.#patience = (options?.microseconds ?? 0) / 1000;
    this.#budget = options === null ? null : new SpinBudget(options);
  }

  get isSpinning(): boolean {
    return this.#hot.length > 0;
  }

  get spunMilliseconds(): number {
    return this.#budget?.total ?? 0;
  }

  get share(): number {
    return this.#budget?.share(performance.now()) ?? 0;
  }

  /** How often a list was left to its doorbell. */
  get sleeps(): number {
    return this.#sleeps;
  }

  /** Whether other processes need the processors: then nothing else should spin either. */
  get isPaused(): boolean {
    return this.#budget?.isPaused ?? true;
  }

  /** Milliseconds for which who waits for a message may look for it before it sleeps; 0 while nobody should. */
  allowance(now: number): number {
    return this.#budget?.allows(now) === true ? this.#patience : 0;
  }

  /** That one has looked for so long, in vain. */
  spent(milliseconds: number): void {
    this.#budget?.spent(milliseconds);
  }

  /** A message has been written: long looks are next. */
  noteSent(): void {
    this.#looks = MOST_LOOKS;
  }

  /** A message has been written, outside of a turn: true if it will be published soon. */
  expect(list: PolledList): boolean {
    if (!list.isHot) this.#heat(list);
    if (this.#isQueued) return true;
    if (this.#hot.length === 0 || this.#isLapping) return false;
    this.#startRun();
    return true;
  }

  /** A list has been looked at in a turn, and may be asleep: whether it gets hot depends on what was there. */
  afterPoll(list: PolledList, messages: number): void {
    if (list.isHot) {
      if (messages > 0) this.#progress(list);
      return;
    }
    if (messages > 0) this.#heat(list);
    if (!list.isHot && !list.goToSleep()) this.#warm(list);
  }

  /** A list that was not to be read for a while is again: looks into it soon. */
  attend(list: PolledList): void {
    if (!list.isHot) this.#warm(list);
    this.#turns.schedule();
  }

  /** The list is gone. */
  remove(list: PolledList): void {
    if (!list.isHot) return;
    list.isHot = false;
    const index = this.#hot.indexOf(list);
    if (index >= 0) this.#hot.splice(index, 1);
  }

  /** At the end of a turn. */
  resume(): void {
    this.#isLapping = false;
    if (this.#hot.length > 0 && !this.#isQueued) this.#startRun();
  }

  #startRun(): void {
    this.#now = this.#runStart = this.#lastProgress = performance.now();
    this.#looks = 1;
    this.#isQueued = true;
    this.#scope.runInAsyncScope(this.#queue);
  }

  #heat(list: PolledList): void {
    if (this.#budget === null || !list.patience.tries()) return;
    const now = performance.now();
    if (this.#budget.allows(now)) this.#warm(list, now);
  }

  #warm(list: PolledList, now = performance.now()): void {
    list.isHot = true;
    list.since = now;
    list.wakeUp();
    this.#hot.push(list);
  }

  #progress(list: PolledList): void {
    list.since = Number.POSITIVE_INFINITY;
    list.hasRung = false;
    list.patience.paid();
    this.#hasProgress = true;
  }

  #run(): void {
    this.#isQueued = false;
    // What the jobs before this one have sent: nobody answers before it is there.
    this.#turns.flush();
    if (this.#look()) this.#takeTurn();
    else if (this.#looks < MOST_LOOKS && this.#hot.length > 0) {
      this.#looks *= GROWTH;
      this.#again();
    } else this.#clock();
  }

  #takeTurn(): void {
    this.#looks = 1;
    this.#unclocked += this.#poll();
    this.#turns.endBatch();
    if (this.#unclocked < UNCLOCKED && this.#hot.length > 0) this.#again();
    else this.#clock();
  }

  /** Hands on what is there: how many messages. */
  #poll(): number {
    let messages = 0;
    for (let i = 0; i < this.#hot.length; i++) {
      const list = this.#hot[i];
      if (list === undefined || !list.hasNews()) continue;
      if (messages === 0) this.#turns.beginBatch();
      const got = list.poll();
      if (got > 0) this.#progress(list);
      // Even if what was there could not be handed on, the batch has begun.
      messages += Math.max(got, 1);
    }
    return messages;
  }

  /** Whether there are news, as far as so many looks tell, or one into each list where there are more lists than that. */
  #look(): boolean {
    const { length } = this.#hot;
    for (let looks = 0; length > 0 && looks < this.#looks; looks += length) {
      for (let i = 0; i < length; i++) if (this.#hot[i]?.hasNews()) return true;
    }
    return false;
  }

  #again(): void {
    this.#isQueued = true;
    this.#queue();
  }

  /** Reads the clock, and decides who goes on. */
  #clock(): void {
    this.#unclocked = 0;
    const now = performance.now();
    if (this.#hasProgress) {
      this.#hasProgress = false;
      this.#lastProgress = now;
      for (const list of this.#hot) if (list.since === Number.POSITIVE_INFINITY) list.since = now;
    } else this.#budget?.spent(now - this.#now);
    this.#now = now;
    this.#settleDown(now);
    if (this.#hot.length === 0) return;
    const isLong = now - this.#runStart > LONGEST_RUN || now - this.#lastProgress > LONGEST_IDLE_RUN;
    if (!isLong) this.#again();
    else if (!this.#isLapping) {
      this.#isLapping = true;
      this.#turns.schedule();
    }
  }

  /** Lists where nothing comes go to sleep; all of them when there has been enough spinning. */
  #settleDown(now: number): void {
    const isOver = this.#budget === null || !this.#budget.allows(now);
    for (let i = this.#hot.length - 1; i >= 0; i--) {
      const list = this.#hot[i];
      if (list === undefined) continue;
      const patience = list.patience.limit(list.hasRung ? this.#patience * WAKING : this.#patience);
      if (!isOver && now - list.since <= patience) continue;
      if (!list.goToSleep()) {
        list.wakeUp();
        list.since = now;
        continue;
      }
      this.#sleeps++;
      if (!isOver) list.patience.failed();
      this.remove(list);
    }
  }
}
