import type { Scenario, Settings } from "../scenario.js";
import type { System } from "../system.js";

/** One scenario with one system in one run. */
export interface Step {
  /** From 1. */
  readonly run: number;
  readonly scenario: Scenario;
  readonly system: System;
  /** Milliseconds that it takes, about. */
  readonly expected: number;
  /** Nothing after it in this run uses the processes that are kept. */
  readonly lastOfKept: boolean;
}

export interface StepPlan {
  readonly systems: readonly System[];
  readonly scenarios: readonly Scenario[];
  readonly settings: Settings;
  readonly quick: boolean;
  readonly runs: number;
}

/** What starting a server and a client takes, milliseconds, about. */
const START_TIME = 400;

/** Does it make sense to measure, at this length of the bench? */
export function applies(system: System, scenario: Scenario, quick: boolean): boolean {
  if (system.only !== undefined && !system.only.includes(scenario.name)) {
    return false;
  }
  const systems = (quick ? scenario.quickSystems : undefined) ?? scenario.systems;
  return systems === undefined || systems.includes(system.name);
}

/**
 * All systems take their turn in a scenario before the next scenario, and all scenarios before the next run, so that what is
 * compared was measured within seconds.
 */
export function planSteps({ systems, scenarios, settings, quick, runs }: StepPlan): Step[] {
  const kept = scenarios.filter((scenario) => !scenario.fresh);
  const ordered = [...kept, ...scenarios.filter((scenario) => scenario.fresh)];
  return Array.from({ length: runs }, (_, index) =>
    ordered.flatMap((scenario) =>
      systems
        .filter(
          (system) => applies(system, scenario, quick) && system.unavailable[scenario.name] === undefined,
        )
        .map((system, place, turn) => ({
          run: index + 1,
          scenario,
          system,
          expected: scenario.expected(settings) + START_TIME,
          lastOfKept: scenario === kept.at(-1) && place === turn.length - 1,
        })),
    ),
  ).flat();
}

/** How long what is left will take, from how long what is done took. */
export class TimeLeft {
  #expected: number;
  #done = 0;
  #elapsed = 0;

  constructor(steps: readonly Pick<Step, "expected">[]) {
    this.#expected = steps.reduce((sum, step) => sum + step.expected, 0);
  }

  /** Milliseconds. */
  add(step: Pick<Step, "expected">, elapsed: number): void {
    this.#expected -= step.expected;
    this.#done += step.expected;
    this.#elapsed += elapsed;
  }

  /** Milliseconds. */
  estimate(): number {
    return this.#done === 0 ? this.#expected : (this.#expected * this.#elapsed) / this.#done;
  }
}

/** Whole minutes above two, seconds below. */
export function formatTimeLeft(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  return seconds > 120 ? `about ${Math.round(seconds / 60)} min left` : `about ${seconds} s left`;
}
