import { describe, expect, it } from "vitest";
import { Bell, nextSleep, threadId } from "../../src/linux/completion-list/bell.js";
import { NOTHING } from "../../src/linux/completion-list/list-consumer.js";
import { type Ends, MAX_LENGTH, newEnds, write } from "./list-ends.js";

const MESSAGES = 2;
const CAPACITY = 1024;

/** What the two sides share beside the ring, and what the consumer has got. */
interface Scene extends Ends {
  /** Another ring of the same two threads, and the bell of the one that consumes. */
  readonly other: Ends;
  readonly bell: Bell;
  doorbell: boolean;
  received: number;
}

/** A program that stops after each step; `"blocked"` while it can go on only when the doorbell has rung. */
type Program = (scene: Scene) => Generator<"step" | "blocked">;

function* producing(scene: Scene): Generator<"step" | "blocked"> {
  for (let i = 0; i < MESSAGES; i++) {
    write(scene, 64, i);
    yield "step";
    scene.producer.publish();
    yield "step";
    const mustRing = scene.producer.mustRing();
    yield "step";
    if (mustRing) scene.doorbell = true;
    yield "step";
  }
}

/** Looks, goes to sleep, looks once more, and sleeps: the order that the poller keeps. */
function* consuming(scene: Scene): Generator<"step" | "blocked"> {
  const { consumer } = scene;
  while (scene.received < MESSAGES) {
    if (consumer.take(scene.packet, MAX_LENGTH, 0) !== NOTHING) {
      scene.received++;
      yield "step";
      continue;
    }
    yield "step";
    consumer.goToSleep(nextSleep());
    yield "step";
    if (!consumer.hasEntries()) yield* sleeping(scene);
    consumer.wakeUp();
    yield "step";
  }
}

/** The same, but it looks before it says that it sleeps. */
function* consumingWrongly(scene: Scene): Generator<"step" | "blocked"> {
  const { consumer } = scene;
  while (scene.received < MESSAGES) {
    if (consumer.take(scene.packet, MAX_LENGTH, 0) !== NOTHING) {
      scene.received++;
      yield "step";
      continue;
    }
    const hasEntries = consumer.hasEntries();
    yield "step";
    if (hasEntries) continue;
    consumer.goToSleep(nextSleep());
    yield "step";
    yield* sleeping(scene);
    consumer.wakeUp();
  }
}

function* sleeping(scene: Scene): Generator<"step" | "blocked"> {
  while (!scene.doorbell) yield "blocked";
  scene.doorbell = false;
  yield "step";
}

/** One message through each of two rings, whose consumer is woken once for both. */
function* producingIntoTwo(scene: Scene): Generator<"step" | "blocked"> {
  for (const ends of [scene, scene.other]) {
    write(ends, 64, 0);
    ends.producer.publish();
    yield "step";
    const mustRing = ends.producer.mustRing() && scene.bell.mustRing(ends.producer.sleep);
    yield "step";
    if (!mustRing) continue;
    scene.doorbell = true;
    yield "step";
  }
}

/** Looks into both rings, puts them to sleep together, looks once more, and wakes both, as the poller does. */
function* consumingFromTwo(scene: Scene): Generator<"step" | "blocked"> {
  yield* consumeFrom([scene, scene.other], scene, [scene, scene.other]);
}

/** The same, but who is woken wakes one ring only. */
function* consumingFromTwoWrongly(scene: Scene): Generator<"step" | "blocked"> {
  yield* consumeFrom([scene, scene.other], scene, [scene]);
}

function* consumeFrom(
  rings: readonly Ends[],
  scene: Scene,
  woken: readonly Ends[],
): Generator<"step" | "blocked"> {
  while (scene.received < MESSAGES) {
    const before = scene.received;
    for (const { consumer, packet } of rings)
      if (consumer.take(packet, MAX_LENGTH, 0) !== NOTHING) scene.received++;
    yield "step";
    if (scene.received > before) continue;
    const sleep = nextSleep();
    for (const { consumer } of rings) {
      consumer.goToSleep(sleep);
      yield "step";
    }
    if (!rings.some(({ consumer }) => consumer.hasEntries())) {
      yield* sleeping(scene);
      rings = woken;
    }
    for (const { consumer } of rings) {
      consumer.wakeUp();
      yield "step";
    }
  }
}

/** Runs the two programs in every order of their steps: how many there are, and in how many the consumer sleeps for ever. */
function explore(
  consume: Program,
  produce: Program = producing,
): { readonly runs: number; readonly stalls: number } {
  let runs = 0;
  let stalls = 0;
  /** For each step of the run so far, which program took it (0, 1) and whether the other one could have. */
  const choices: { taken: number; hasOther: boolean }[] = [];
  do {
    runs++;
    if (!run(produce, consume, choices)) stalls++;
    // The next order: the last step that could have been the other program's is.
    while (choices.length > 0 && !(choices.at(-1)?.hasOther && choices.at(-1)?.taken === 0)) choices.pop();
    const last = choices.at(-1);
    if (last !== undefined) last.taken = 1;
  } while (choices.length > 0);
  return { runs, stalls };
}

/** Runs them once, in the order of `choices`, which it goes on with. False if the consumer sleeps for ever. */
function run(produce: Program, consume: Program, choices: { taken: number; hasOther: boolean }[]): boolean {
  const scene: Scene = {
    ...newEnds(CAPACITY),
    other: newEnds(CAPACITY),
    bell: Bell.take(0, threadId),
    doorbell: false,
    received: 0,
  };
  const programs = [produce(scene), consume(scene)];
  const isOver = [false, false];
  let isBlocked = false;
  for (let depth = 0; ; depth++) {
    const can: readonly boolean[] = [!isOver[0], !isOver[1] && !(isBlocked && !scene.doorbell)];
    if (!can[0] && !can[1]) return isOver[1] === true;
    const choice: { taken: number; hasOther: boolean } = choices[depth] ?? {
      taken: can[0] ? 0 : 1,
      hasOther: can[0] === can[1],
    };
    choices[depth] = choice;
    const { done, value } = programs[choice.taken]?.next() ?? { done: true, value: undefined };
    if (done) isOver[choice.taken] = true;
    if (choice.taken === 1) isBlocked = value === "blocked";
  }
}

describe("the wake-up protocol", () => {
  it("wakes the consumer in every order of the two sides' steps", () => {
    const { runs, stalls } = explore(consuming);
    expect(runs).toBeGreaterThan(1_000);
    expect(stalls).toBe(0);
  });

  it("would not, if the consumer looked before it said that it sleeps: the search finds that", () => {
    expect(explore(consumingWrongly).stalls).toBeGreaterThan(0);
  });

  it("wakes who sleeps on two rings with one doorbell in every order of the steps", () => {
    const { runs, stalls } = explore(consumingFromTwo, producingIntoTwo);
    expect(runs).toBeGreaterThan(1_000);
    expect(stalls).toBe(0);
  });

  it("would not, if one of them were woken only: the search finds that", () => {
    expect(explore(consumingFromTwoWrongly, producingIntoTwo).stalls).toBeGreaterThan(0);
  });
});
