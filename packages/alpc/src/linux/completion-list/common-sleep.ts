import { Patience } from "../../waiting/patience.js";
import type { PolledList } from "../../waiting/poller.js";
import { nextSleep } from "./bell.js";

/** Lists of one thread that sleep together: a doorbell for one of them is a doorbell for all. */
export class CommonSleep {
  /** Whether looking on pays after they were woken. */
  readonly patience = new Patience();
  #lists: PolledList[] = [];

  /** Puts `lists` to sleep, all or none: false if something has come for one of them. Nobody else sleeps here. */
  begin(lists: PolledList[]): boolean {
    const sleep = nextSleep();
    let isQuiet = true;
    for (const list of lists) if (!list.goToSleep(sleep)) isQuiet = false;
    if (!isQuiet) {
      for (const list of lists) list.wakeUp();
      return false;
    }
    for (const list of lists) {
      list.isHot = false;
      list.sleepsWithOthers = true;
    }
    this.#lists = lists;
    return true;
  }

  /** Those that have slept, which are the caller's to wake. */
  end(): readonly PolledList[] {
    const lists = this.#lists;
    this.#lists = [];
    return lists;
  }
}
