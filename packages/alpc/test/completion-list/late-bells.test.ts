import { describe, expect, test } from "vitest";
import { LateBells } from "../../src/linux/completion-list/late-bells.js";
import { ListPoller } from "../../src/linux/completion-list/list-poller.js";
import type { PolledList } from "../../src/waiting/poller.js";

/** Says how often it was rung. */
class Counter {
  rings = 0;
  ring(): void {
    this.rings++;
  }
}

describe("late bells", () => {
  test("ring when nothing has come for 3 µs, or they have waited for 0.25 ms, once", () => {
    const bells = new LateBells();
    const [one, other] = [new Counter(), new Counter()];
    bells.add(one, 10);
    bells.ringDue(10.1, 10.099);
    expect(one.rings).toBe(0);
    bells.ringDue(10.104, 10.1);
    expect(one.rings).toBe(1);
    bells.add(other, 20);
    bells.ringDue(20.249, 20.249);
    expect(other.rings).toBe(0);
    bells.ringDue(20.251, 20.251);
    bells.ring();
    expect([one.rings, other.rings]).toEqual([1, 1]);
  });

  test("that are added while others ring wait for the next time", () => {
    const bells = new LateBells();
    const late = new Counter();
    bells.add({ ring: () => bells.add(late, 1) }, 0);
    bells.ring();
    expect(late.rings).toBe(0);
    bells.ring();
    expect(late.rings).toBe(1);
  });
});

/** A list with so many messages, one a look, and what is to happen while one of them is handed on. */
class Flow implements PolledList {
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
  readonly isListening = true;
  left: number;
  readonly #onMessage: (left: number) => void;

  constructor(messages: number, onMessage: (left: number) => void = () => {}) {
    this.left = messages;
    this.#onMessage = onMessage;
  }

  hasNews(): boolean {
    return this.left > 0;
  }

  poll(): number {
    this.left--;
    this.#onMessage(this.left);
    return 1;
  }

  wakeUp(): void {}

  goToSleep(): boolean {
    return true;
  }
}

function pollerOf(...lists: PolledList[]): ListPoller {
  const schedule = () => void setImmediate(() => poller.resume());
  const poller = new ListPoller({ beginBatch() {}, endBatch() {}, flush() {}, schedule }, { share: 1 });
  for (const list of lists) poller.attend(list);
  return poller;
}

/** Whether each ring that was asked for with a message waits, and how often the bell had been rung in the end. */
async function ringWithEach(
  messages: number,
  others: number,
  work: () => void,
): Promise<[boolean[], number]> {
  const bell = new Counter();
  const waits: boolean[] = [];
  const list = new Flow(messages, () => {
    work();
    waits.push(poller.ringLater(bell));
  });
  const poller = pollerOf(list, ...Array.from({ length: others }, () => new Flow(0)));
  poller.expect(list);
  await expect.poll(() => poller.isSpinning).toBe(false);
  return [waits, bell.rings];
}

describe("a poller", () => {
  test("rings later while several lists are busy, and forgets nobody", async () => {
    const [waits, rings] = await ringWithEach(2000, 1, () => {});
    expect(waits).toContain(true);
    expect(rings).toBe(waits.filter((each) => each).length);
  });

  test("never lets the only one that it serves wait", async () => {
    const [waits, rings] = await ringWithEach(2000, 0, () => {});
    expect(waits).not.toContain(true);
    expect(rings).toBe(0);
  });

  test("lets nobody wait for handlers that take long", async () => {
    const [waits] = await ringWithEach(100, 1, () => {
      const until = performance.now() + 0.1;
      while (performance.now() < until);
    });
    expect(waits).not.toContain(true);
  });

  test("lets nobody wait when it is not at work itself", () => {
    const list = new Flow(0);
    const poller = pollerOf(list, new Flow(0));
    poller.expect(list);
    expect(poller.ringLater(new Counter())).toBe(false);
    poller.remove(list);
  });

  test("rings before the thread blocks", async () => {
    const bell = new Counter();
    let rings = -1;
    const list: Flow = new Flow(2000, (left) => {
      if (!poller.ringLater(bell) || left > 500 || rings >= 0) return;
      poller.ringAll();
      rings = bell.rings;
    });
    const poller = pollerOf(list, new Flow(0));
    poller.expect(list);
    await expect.poll(() => poller.isSpinning).toBe(false);
    expect(rings).toBeGreaterThan(0);
  });
});
