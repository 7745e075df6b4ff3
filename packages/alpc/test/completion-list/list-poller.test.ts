import { expect, test } from "vitest";
import { ListPoller } from "../../src/linux/completion-list/list-poller.js";
import type { PolledList } from "../../src/waiting/poller.js";

/** A list whose first news come with look number `newsAt`, and what has happened to it. */
class CountedList implements PolledList {
  readonly patience = {
    tries: () => true,
    handedOver() {},
    limit: (usual: number) => usual,
    paid() {},
    failed() {},
  };
  isHot = false;
  since = 0;
  hasRung = false;
  looks = 0;
  polls = 0;
  readonly #newsAt: number;

  constructor(newsAt: number) {
    this.#newsAt = newsAt;
  }

  hasNews(): boolean {
    this.looks++;
    return this.polls === 0 && this.looks >= this.#newsAt;
  }

  poll(): number {
    this.polls++;
    return 1;
  }

  wakeUp(): void {}

  goToSleep(): boolean {
    return true;
  }
}

function pollerOf(...lists: PolledList[]): ListPoller {
  const poller = new ListPoller({ beginBatch() {}, endBatch() {}, flush() {}, schedule() {} }, { share: 1 });
  for (const list of lists) poller.attend(list);
  return poller;
}

/** Looks that had been made when each of so many promise jobs, one setting off the next, ran. */
async function looksByJob(list: CountedList, jobs: number): Promise<number[]> {
  const looks: number[] = [];
  for (let i = 0; i < jobs; i++) {
    await undefined;
    looks.push(list.looks);
  }
  return looks;
}

test("looks seldom between the jobs of a chain of promises, and more often when it has nothing else to do", async () => {
  const list = new CountedList(Number.POSITIVE_INFINITY);
  const poller = pollerOf(list);
  poller.expect(list);
  expect(await looksByJob(list, 3)).toEqual([1, 17, 273]);
  poller.remove(list);
});

test("looks long at once when something was sent", async () => {
  const list = new CountedList(Number.POSITIVE_INFINITY);
  const poller = pollerOf(list);
  poller.expect(list);
  poller.noteSent();
  expect(await looksByJob(list, 1)).toEqual([256]);
  poller.remove(list);
});

test("looks no longer because there are many lists", async () => {
  const lists = Array.from({ length: 100 }, () => new CountedList(Number.POSITIVE_INFINITY));
  const poller = pollerOf(...lists);
  const [list = new CountedList(0)] = lists;
  poller.expect(list);
  poller.noteSent();
  expect(await looksByJob(list, 1)).toEqual([3]);
  for (const each of lists) poller.remove(each);
});

test("hands on what it finds in the job that finds it", async () => {
  const list = new CountedList(100);
  const poller = pollerOf(list);
  poller.expect(list);
  poller.noteSent();
  await undefined;
  expect(list.polls).toBe(1);
  poller.remove(list);
});
