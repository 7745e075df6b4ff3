import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Failure, type Report, Results, type Unavailable } from "../report/results.js";
import type { Values } from "../scenario.js";
import type { System } from "../system.js";
import { killChildren } from "./child.js";
import { KeptStages } from "./kept-stages.js";
import { describeMachine, isBusy, type Load, sampleLoad } from "./machine.js";
import { describeError } from "./message.js";
import { buildNativePrograms, type NativePrograms } from "./native-programs.js";
import { Stage } from "./stage.js";
import { applies, formatTimeLeft, planSteps, type Step, type StepPlan, TimeLeft } from "./steps.js";

export interface Plan extends StepPlan {
  /** One line about what happens now. */
  progress(line: string): void;
}

/** Measures every step of the plan. What fails is reported, and the rest is measured. */
export async function runBench(plan: Plan): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-bench-"));
  const cleanUp = () => {
    killChildren();
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", cleanUp);
  try {
    return await measureAll(plan, directory);
  } finally {
    cleanUp();
    process.off("exit", cleanUp);
  }
}

async function measureAll(plan: Plan, directory: string): Promise<Report> {
  const started = new Date();
  const programs = buildPrograms(plan.systems, directory);
  const systems =
    programs.compiler === null ? plan.systems.map((system) => without(system, programs)) : plan.systems;
  const loads: Load[] = [await sampleLoad()];
  const results = new Results();
  const failures: Failure[] = [];
  const steps = planSteps({ ...plan, systems });
  const left = new TimeLeft(steps);
  using stages = new KeptStages(join(directory, "s"));

  for (const [index, step] of steps.entries()) {
    const { run, scenario, system } = step;
    const percent = Math.floor((index / steps.length) * 100);
    plan.progress(
      `[${percent} %, ${formatTimeLeft(left.estimate())}] run ${run} of ${plan.runs}: ${scenario.name}, ${system.name}`,
    );
    const before = performance.now();
    try {
      results.add(run, system.name, scenario.name, await measure(step, plan, programs, stages));
    } catch (error) {
      results.add(run, system.name, scenario.name, {});
      failures.push({ system: system.name, scenario: scenario.name, run, error: describeError(error) });
      plan.progress(`${system.name} failed in ${scenario.name}: ${describeError(error)}`);
    }
    if (step.lastOfKept) {
      stages.closeAll();
    }
    left.add(step, performance.now() - before);
    if (steps[index + 1]?.run !== run) {
      loads.push(await sampleLoad());
    }
  }

  const packages = new Set(plan.systems.flatMap((system) => system.packages));
  return {
    format: 2,
    started: started.toISOString(),
    seconds: Math.round((Date.now() - started.getTime()) / 1_000),
    quick: plan.quick,
    settings: plan.settings,
    runs: plan.runs,
    machine: describeMachine(packages, programs.compiler),
    loads,
    busy: loads.some(isBusy),
    records: results.records(
      systems.map((system) => system.name),
      plan.scenarios,
    ),
    unavailable: unavailable({ ...plan, systems }),
    failures,
  };
}

function buildPrograms(systems: readonly System[], directory: string): NativePrograms {
  const programs = join(directory, "native");
  mkdirSync(programs);
  return systems.some((system) => system.native !== undefined)
    ? buildNativePrograms(programs)
    : { compiler: null, reason: "not asked for", run: () => Promise.reject(new Error("not asked for")) };
}

function without(system: System, { reason }: NativePrograms): System {
  return system.native === undefined
    ? system
    : { ...system, unavailable: Object.fromEntries(system.only.map((scenario) => [scenario, reason])) };
}

async function measure(
  { scenario, system }: Step,
  { settings }: Plan,
  programs: NativePrograms,
  stages: KeptStages,
): Promise<Values> {
  if (system.native !== undefined) {
    return system.values(await programs.run(system.native, system.arguments(settings), settings.timeout));
  }
  if (scenario.fresh) {
    using stage = await Stage.start(system, stages.newPath(), scenario.clients, settings.timeout);
    return await scenario.measure(stage, settings);
  }
  const start = (path: string) => Stage.start(system, path, scenario.clients, settings.timeout);
  const stage = await stages.get(system.name, start);
  try {
    return await scenario.measure(stage, settings);
  } catch (error) {
    stages.close(system.name);
    throw error;
  }
}

/** What could have been asked for and is not there, with the reason. */
function unavailable({ systems, scenarios, quick }: StepPlan): Unavailable[] {
  return scenarios.flatMap((scenario) =>
    systems
      .filter((system) => applies(system, scenario, quick))
      .flatMap((system) => {
        const largest = system.native === undefined ? system.largestPayload : undefined;
        const reason =
          system.unavailable[scenario.name] ??
          (scenario.name === "payload" && largest !== undefined ? largest.reason : undefined);
        return reason === undefined ? [] : { system: system.name, scenario: scenario.name, reason };
      }),
  );
}
