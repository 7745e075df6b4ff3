import type { Patience } from "./patience.js";

/** Where messages arrive in shared memory, a completion list or what threads of one process share, as the poller sees it. */
export interface PolledList {
  readonly patience: Pick<Patience, keyof Patience>;
  /** The poller's: whether it looks at the list; when something last came or was asked for, infinite for since the clock was read. */
  isHot: boolean;
  since: number;
  /** The poller's: it sleeps, and so do others, of which one doorbell wakes all. */
  sleepsWithOthers: boolean;
  /** The other side was asleep when it was last sent something. */
  hasRung: boolean;
  /** Whether a doorbell would be heard. */
  readonly isListening: boolean;
  hasNews(): boolean;
  poll(): number;
  wakeUp(): void;
  /** `sleep` is the sleep's number, of nextSleep. */
  goToSleep(sleep: number): boolean;
}

/** Looks for news in lists where some are to be expected soon, for as long as that pays and the machine has room for it. */
export interface Poller {
  /** A message has been written, outside of a turn: true if it will be published soon. */
  expect(list: PolledList): boolean;
  /** A list has been looked at in a turn, and may be asleep: whether it gets hot depends on what was there. */
  afterPoll(list: PolledList, messages: number): void;
  /** A list that was not to be read for a while is again: looks into it soon. */
  attend(list: PolledList): void;
  /** No doorbell is heard for the list from now on. */
  disregard(list: PolledList): void;
  /** The list is gone. */
  remove(list: PolledList): void;
}
