import { AsyncResource } from "node:async_hooks";
import type { PolledList, Poller } from "../../waiting/poller.js";
import { SpinBudget } from "../../waiting/spin-budget.js";
import { resolveSpin, type SpinOptions } from "../../waiting/spin-options.js";
import { nextSleep } from "./bell.js";
import { CommonSleep } from "./common-sleep.js";
import { LateBells, type Ringer } from "./late-bells.js";
import type { Turns } from "./turns.js";

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
/** Milliseconds without news after which a list sleeps alone, so that it costs those that are busy nothing. */
const LONELY = 100;
/** Milliseconds between two looks for such lists. */
const CARE_TIME = 1;
/** Jobs between two readings of the clock while messages flow. */
const UNCLOCKED = 8;
/** Milliseconds for a message below which those who sleep can wait for the next one to be handed on. */
const QUICK = 0.05;

const settled = Promise.resolve();

/**
 * Looks for messages in those lists where some are to be expected soon. It does so in promise jobs, each of which
 * queues the next one: what a message sets off has run, and what that sends is published, before we look again. After
 * a while the event loop has its turn.
 *
 * When nothing has come for too long, all lists go to sleep together, and one doorbell wakes all of them: two processes with
 * many connections wake each other once, not once for each. A list that has long been quiet among busy ones sleeps alone.
 */
export class ListPoller implements Poller {
  readonly #turns: Turns;
  readonly #patience: number;
  readonly #budget: SpinBudget | null;
  /** Jobs are ours, not those of whoever sent the message that started them. */
  readonly #scope = new AsyncResource("NcalrpcCompletionList");
  #hot: PolledList[] = [];
  /** There is none while any list is hot. */
  readonly #commonSleep = new CommonSleep();
  readonly #job = (): void => this.#run();
  readonly #queue = (): void => {
    void settled.then(this.#job);
  };
  readonly #lateBells = new LateBells();
  #isQueued = false;
  #isRunning = false;
  /** The last messages took little time. */
  #isQuick = false;
  #isLapping = false;
  #now = 0;
  #runStart = 0;
  /** Something has come since the clock was read. */
  #hasProgress = false;
  #lastProgress = 0;
  /** When something last came, into any list. */
  #lastNews = 0;
  /** We were woken where looking on has not paid lately: one look, and back to sleep. */
  #isBrief = false;
  #nextCare = 0;
  /** What the next look finds was there when we were woken. */
  #isHarvest = false;
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

  /** How often a list, or all of them together, were left to a doorbell. */
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

  /** Somebody is to be woken: true if we shall do it soon. */
  ringLater(ringer: Ringer): boolean {
    if (!this.#isRunning || !this.#isQuick || this.#hot.length < 2) return false;
    this.#lateBells.add(ringer, this.#now);
    return true;
  }

  /** Wakes all whom we were to wake: the thread will block. */
  ringAll(): void {
    this.#lateBells.ring();
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
    if (list.sleepsWithOthers) {
      this.#isBrief = !this.#commonSleep.patience.tries();
      this.#isHarvest = true;
      this.#warm(list);
    } else if (messages > 0) this.#heat(list);
    if (!list.isHot && !list.goToSleep(nextSleep())) this.#warm(list);
  }

  /** A list that was not to be read for a while is again: looks into it soon. */
  attend(list: PolledList): void {
    if (!list.isHot) this.#warm(list);
    this.#turns.schedule();
  }

  /** No doorbell is heard for the list from now on: the others may rely on it. */
  disregard(list: PolledList): void {
    if (!list.sleepsWithOthers) return;
    this.#warm(list);
    this.#turns.schedule();
  }

  /** The list is gone. */
  remove(list: PolledList): void {
    this.disregard(list);
    this.#coolDown(list);
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
    // Where we look anyway, one list more costs next to nothing.
    if (this.#budget === null || (this.#hot.length === 0 && !list.patience.tries())) return;
    const now = performance.now();
    if (this.#budget.allows(now)) this.#warm(list, now);
  }

  /** The list, and those that sleep together, are looked at from now on. */
  #warm(list: PolledList, now = performance.now()): void {
    this.#lastNews = now;
    for (const each of this.#commonSleep.end()) this.#watch(each);
    if (!list.isHot) this.#watch(list);
    list.since = now;
  }

  #watch(list: PolledList): void {
    list.isHot = true;
    list.sleepsWithOthers = false;
    list.wakeUp();
    this.#hot.push(list);
  }

  #coolDown(list: PolledList): void {
    if (!list.isHot) return;
    list.isHot = false;
    const index = this.#hot.indexOf(list);
    if (index >= 0) this.#hot.splice(index, 1);
  }

  #progress(list: PolledList): void {
    list.since = Number.POSITIVE_INFINITY;
    list.hasRung = false;
    list.patience.paid();
    this.#hasProgress = true;
  }

  #run(): void {
    this.#isQueued = false;
    this.#isRunning = true;
    try {
      this.#lookAndPoll();
    } finally {
      this.#isRunning = false;
      if (!this.#isQueued) this.#lateBells.ring();
    }
  }

  #lookAndPoll(): void {
    // What the jobs before this one have sent: nobody answers before it is there.
    this.#turns.flush();
    // One look into each of so many takes as long as reading those that have news.
    const messages = this.#hot.length > MOST_LOOKS || this.#look() ? this.#poll() : 0;
    if (messages > 0) this.#endTurn(messages);
    else if (this.#looks < MOST_LOOKS && this.#hot.length > 0) {
      this.#looks *= GROWTH;
      this.#again();
    } else this.#clock();
  }

  #endTurn(messages: number): void {
    this.#looks = 1;
    this.#unclocked += messages;
    if (!this.#isHarvest) this.#commonSleep.patience.paid();
    this.#isHarvest = false;
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
    let now = performance.now();
    if (this.#unclocked > 0) this.#isQuick = now - this.#now < this.#unclocked * QUICK;
    this.#unclocked = 0;
    if (this.#hasProgress) {
      this.#hasProgress = false;
      this.#lastNews = this.#lastProgress = now;
    } else this.#budget?.spent(now - this.#now);
    if (this.#lateBells.ringDue(now, this.#lastNews)) now = performance.now();
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

  /** Lists where nothing comes go to sleep: all of them when nothing comes anywhere, or there has been enough spinning. */
  #settleDown(now: number): void {
    const isOver = this.#isBrief || this.#budget === null || !this.#budget.allows(now);
    this.#isBrief = false;
    if (!isOver && now - this.#lastNews <= this.#patience && now < this.#nextCare) return;
    this.#nextCare = now + CARE_TIME;
    let longest = 0;
    for (let i = this.#hot.length - 1; i >= 0; i--) {
      const list = this.#hot[i];
      if (list === undefined) continue;
      if (list.since === Number.POSITIVE_INFINITY) list.since = now;
      const patience = list.patience.limit(list.hasRung ? this.#patience * WAKING : this.#patience);
      if (patience > longest) longest = patience;
      if (now - list.since > LONELY) this.#sleepAlone(list, now, false);
    }
    if (!isOver && now - this.#lastNews <= longest) return;
    for (const list of [...this.#hot]) if (!list.isListening) this.#sleepAlone(list, now, isOver);
    const [only] = this.#hot;
    if (this.#hot.length > 1) this.#sleepTogether(now, isOver);
    else if (only !== undefined) this.#sleepAlone(only, now, isOver);
  }

  #sleepAlone(list: PolledList, now: number, isOver: boolean): void {
    if (!list.goToSleep(nextSleep())) {
      list.wakeUp();
      list.since = this.#lastNews = now;
      return;
    }
    this.#sleeps++;
    if (!isOver) list.patience.failed();
    this.#coolDown(list);
  }

  #sleepTogether(now: number, isOver: boolean): void {
    if (!this.#commonSleep.begin(this.#hot)) {
      this.#lastNews = now;
      return;
    }
    this.#hot = [];
    if (!isOver) this.#commonSleep.patience.failed();
    this.#sleeps++;
  }
}
