import { describe, expect, it } from "vitest";
import { NOTHING } from "../../src/linux/completion-list/list-consumer.js";
import { type Ends, MAX_LENGTH, newEnds, write } from "./list-ends.js";

const MESSAGES = 2;

/** What the two sides share beside the ring, and what the consumer has got. */
interface Scene extends Ends {
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
    consumer.goToSleep();
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
    consumer.goToSleep();
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

/** Runs the two programs in every order of their steps: how many there are, and in how many the consumer sleeps for ever. */
function explore(consume: Program): { readonly runs: number; readonly stalls: number } {
  let runs = 0;
  let stalls = 0;
  /** For each step of the run so far, which program took it (0, 1) and whether the other one could have. */
  const choices: { taken: number; hasOther: boolean }[] = [];
  do {
    runs++;
    if (!run(consume, choices)) stalls++;
    // The next order: the last step that could have been the other program's is.
    while (choices.length > 0 && !(choices.at(-1)?.hasOther && choices.at(-1)?.taken === 0)) choices.pop();
    const last = choices.at(-1);
    if (last !== undefined) last.taken = 1;
  } while (choices.length > 0);
  return { runs, stalls };
}

/** Runs them once, in the order of `choices`, which it goes on with. False if the consumer sleeps for ever. */
function run(consume: Program, choices: { taken: number; hasOther: boolean }[]): boolean {
  const scene: Scene = { ...newEnds(4096), doorbell: false, received: 0 };
  const programs = [producing(scene), consume(scene)];
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
});
