import { AlpcError } from "../error.js";
import type { SpinOptions } from "../waiting/spin-options.js";
import { ListPoller } from "./completion-list/list-poller.js";
import { C, Errno, type LibC } from "./libc.js";
import { Linger } from "./linger.js";
import { LoopWatch } from "./loop-watch.js";
import { systemError } from "./system-error.js";

/** Something with a descriptor that the completion port watches. */
export interface EventSource {
  /** Called with EPOLL* bits; answers how many messages it handed on. Takes no more than its share of a turn. */
  onEvents(events: number): number;
}

/** Who wants to know when all messages of a turn have been handed on. */
export interface BatchListener {
  onBatchEnd?(): void;
}

const MAX_EVENTS = 64;
/** Tries of a turn that lingers: some microseconds, after which everything else of the process has its turn. */
const LOOKS = 4;
/** struct epoll_event { u32 events; u64 data } is packed on x86-64 only. */
const EVENT_SIZE = process.arch === "x64" ? 12 : 16;
const EVENT_DATA = EVENT_SIZE - 8;

/**
 * The completion port of a thread: one epoll instance for all of its ports, itself watched by Node's loop. A turn
 * asks once which sources are ready, lets each take its share, and then tells the listeners that the batch is over.
 */
export class CompletionPort {
  readonly #libc: LibC;
  readonly #linger: Linger;
  readonly poller: ListPoller;
  readonly #flush: () => void;
  readonly #events = Buffer.allocUnsafeSlow(MAX_EVENTS * EVENT_SIZE);
  readonly #words = new DataView(this.#events.buffer);
  readonly #sources: (EventSource | undefined)[] = [];
  readonly #turn = (): void => this.#runTurn();
  readonly #onLoop = (): void => this.#afterEvents();
  #count = 0;
  #epoll = -1;
  #watch: LoopWatch | null = null;
  #referenced = true;
  #scheduled = false;
  #hot: EventSource | null = null;
  #listeners: BatchListener[] = [];
  #inTurn = false;

  /** `flush` sends what the turn has queued. */
  constructor(libc: LibC, spin: SpinOptions | false | undefined, flush: () => void) {
    this.#libc = libc;
    this.#flush = flush;
    this.poller = new ListPoller(
      {
        beginBatch: () => this.beginBatch(),
        endBatch: () => this.#endBatch(),
        flush,
        schedule: () => this.#schedule(),
      },
      spin,
    );
    this.#linger = new Linger(this.poller);
  }

  /** True while messages are being handed on: what they queue is sent at the end of the turn. */
  get inTurn(): boolean {
    return this.#inTurn;
  }

  /** Watches a descriptor until it is removed. Throws AlpcError. */
  add(fd: number, source: EventSource, interest: number): void {
    if (this.#count === 0) this.#open();
    if (this.#control(C.EPOLL_CTL_ADD, fd, interest) < 0) {
      const error = systemError(this.#libc, "watching a port");
      if (this.#count === 0) this.#close();
      throw error;
    }
    this.#sources[fd] = source;
    this.#count++;
  }

  /** False if the system refuses, with the reason in errno. */
  modify(fd: number, interest: number): boolean {
    return this.#control(C.EPOLL_CTL_MOD, fd, interest) === 0;
  }

  /** To be called before the descriptor is closed. */
  remove(fd: number): void {
    const source = this.#sources[fd];
    if (source === undefined) return;
    this.#control(C.EPOLL_CTL_DEL, fd, 0);
    this.#sources[fd] = undefined;
    if (this.#hot === source) this.#hot = null;
    if (--this.#count === 0) this.#close();
  }

  /** Has `listener` told at the end of this turn, once. */
  atBatchEnd(listener: BatchListener): void {
    const listeners = this.#listeners;
    if (listeners[listeners.length - 1] !== listener && !listeners.includes(listener))
      listeners.push(listener);
  }

  /** Messages are handed on from here on. */
  beginBatch(): void {
    this.#inTurn = true;
  }

  /** All messages of a turn have been handed on: tells the listeners, sends what is queued, and looks out for more. */
  endBatch(): void {
    this.#endBatch();
    this.poller.resume();
  }

  #endBatch(): void {
    this.#inTurn = true;
    if (this.#listeners.length > 0) {
      const listeners = this.#listeners;
      this.#listeners = [];
      for (const listener of listeners) listener.onBatchEnd?.();
    }
    this.#inTurn = false;
    this.#flush();
  }

  /** Whether open ports keep the process alive. */
  setReferenced(referenced: boolean): void {
    this.#referenced = referenced;
    if (referenced) this.#watch?.ref();
    else this.#watch?.unref();
  }

  #open(): void {
    this.#epoll = this.#libc.epoll_create1(C.EPOLL_CLOEXEC);
    if (this.#epoll < 0) throw systemError(this.#libc, "creating a completion port");
    try {
      this.#watch = new LoopWatch(this.#epoll, this.#onLoop);
    } catch (error) {
      this.#close();
      throw error;
    }
    if (!this.#referenced) this.#watch.unref();
  }

  #close(): void {
    this.#watch?.close();
    this.#watch = null;
    this.#libc.close(this.#epoll);
    this.#epoll = -1;
  }

  #control(operation: number, fd: number, interest: number): number {
    const event = Buffer.alloc(EVENT_SIZE);
    event.writeUInt32LE(interest, 0);
    event.writeUInt32LE(fd, EVENT_DATA);
    return this.#libc.epoll_ctl(this.#epoll, operation, fd, event);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  /** In each iteration of the event loop: a turn if the system has something for us. */
  #afterEvents(): void {
    const ready = this.#ready();
    if (ready > 0) this.#endTurn(this.#harvest(ready), true);
  }

  /** A turn that we have scheduled. */
  #runTurn(): void {
    this.#scheduled = false;
    const hot = this.poller.isSpinning ? null : this.#hot;
    this.#inTurn = true;
    this.#endTurn(hot === null ? 0 : this.#look(hot), false);
  }

  #endTurn(messages: number, woken: boolean): void {
    this.endBatch();
    if (this.#count > 0 && !this.poller.isSpinning && this.#linger.again(messages, woken)) this.#schedule();
  }

  /** Lingering, we look where the last message came from; Node's own loop tells us about all others. */
  #look(source: EventSource): number {
    let messages = 0;
    for (let i = 0; i < LOOKS && messages === 0 && this.#hot === source; i++)
      messages = source.onEvents(C.EPOLLIN);
    return messages;
  }

  /** How many sources are ready. */
  #ready(): number {
    const ready = this.#libc.epoll_wait(this.#epoll, this.#events, MAX_EVENTS, 0);
    if (ready >= 0) return ready;
    const errno = this.#libc.errno();
    if (errno === Errno.EINTR) return 0;
    throw new AlpcError("UNSUCCESSFUL", "the completion port is gone", {
      cause: systemError(this.#libc, "epoll_wait", errno),
    });
  }

  /** Lets every source that is ready take its share. */
  #harvest(ready: number): number {
    this.#inTurn = true;
    let messages = 0;
    for (let i = 0; i < ready; i++) {
      const at = i * EVENT_SIZE;
      const source = this.#sources[this.#words.getUint32(at + EVENT_DATA, true)];
      if (source === undefined) continue;
      const got = source.onEvents(this.#words.getUint32(at, true));
      if (got === 0) continue;
      // One of several that are busy would get two shares of each turn.
      this.#hot = messages === 0 ? source : null;
      messages += got;
    }
    return messages;
  }
}
