import { describe, expect, test } from "vitest";
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
  sleepsWithOthers = false;
  hasRung = false;
  isListening = true;
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

  goToSleep(_sleep: number): boolean {
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

/** A list in which nothing comes, and what it was told. */
class QuietList extends CountedList {
  readonly told: (number | "awake")[] = [];
  /** Something comes while it is put to sleep, once. */
  refusesSleep = false;

  constructor() {
    super(Number.POSITIVE_INFINITY);
  }

  override wakeUp(): void {
    this.told.push("awake");
  }

  override goToSleep(sleep: number): boolean {
    this.told.push(sleep);
    const { refusesSleep } = this;
    this.refusesSleep = false;
    return !refusesSleep;
  }
}

/** A poller whose event loop is the real one, and lists that it has begun to look into. */
function looping(...lists: QuietList[]): ListPoller {
  const schedule = () => void setImmediate(() => poller.resume());
  const poller = new ListPoller({ beginBatch() {}, endBatch() {}, flush() {}, schedule }, { share: 1 });
  for (const list of lists) poller.attend(list);
  return poller;
}

const asleep = (poller: ListPoller) => expect.poll(() => poller.isSpinning).toBe(false);

describe("lists where nothing comes", () => {
  test("sleep together, each sleep of another number, and wake together", async () => {
    const [one, other] = [new QuietList(), new QuietList()];
    const poller = looping(one, other);
    await asleep(poller);
    expect(one.told).toEqual(["awake", expect.any(Number)]);
    expect(other.told).toEqual(one.told);
    poller.afterPoll(one, 1);
    expect(other.told.at(-1)).toBe("awake");
    poller.resume();
    await asleep(poller);
    expect(other.told).toEqual(one.told);
    expect(new Set(one.told).size).toBe(3);
  });

  test("stay awake if something has come for one of them meanwhile", async () => {
    const [one, other] = [new QuietList(), new QuietList()];
    other.refusesSleep = true;
    const poller = looping(one, other);
    await asleep(poller);
    expect(one.told).toEqual(["awake", expect.any(Number), "awake", expect.any(Number)]);
    expect(other.told).toEqual(one.told);
  });

  test("sleep alone if no doorbell would be heard for them", async () => {
    const [one, other, deaf] = [new QuietList(), new QuietList(), new QuietList()];
    deaf.isListening = false;
    const poller = looping(one, other, deaf);
    await asleep(poller);
    expect(deaf.told.at(-1)).not.toBe(one.told.at(-1));
    poller.afterPoll(one, 1);
    expect([one, other, deaf].map(({ isHot }) => isHot)).toEqual([true, true, false]);
    for (const list of [one, other]) poller.remove(list);
  });

  test.each<[string, (poller: ListPoller, list: QuietList) => void]>([
    ["is gone", (poller, list) => poller.remove(list)],
    ["hears no doorbell any more", (poller, list) => poller.disregard(list)],
    ["is read again", (poller, list) => poller.attend(list)],
  ])("are all looked into when one of them %s", async (_, happen) => {
    const [one, other] = [new QuietList(), new QuietList()];
    const poller = looping(one, other);
    await asleep(poller);
    happen(poller, one);
    expect(other.isHot).toBe(true);
    await asleep(poller);
    expect(other.told.at(-1)).toEqual(expect.any(Number));
  });
});
