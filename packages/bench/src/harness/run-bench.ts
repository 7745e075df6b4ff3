import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Failure, type Report, Results, type Unavailable } from "../report/results.js";
import type { LaunchScenario, Scenario, Settings, Values } from "../scenario.js";
import type { System } from "../system.js";
import { killChildren } from "./child.js";
import { describeMachine, isBusy, type Load, sampleLoad } from "./machine.js";
import { describeError } from "./message.js";
import { launchClient, Pair, startServer } from "./pair.js";

export interface Plan {
  readonly systems: readonly System[];
  readonly scenarios: readonly Scenario[];
  readonly settings: Settings;
  readonly quick: boolean;
  readonly runs: number;
  /** No run is started that would probably end later than this many milliseconds after the start. */
  readonly budget: number;
  /** One line about what happens now. */
  progress(line: string): void;
}

/** Runs every scenario with every system, all systems once before any of them again. */
export async function runBench(plan: Plan): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-bench-"));
  const cleanUp = () => {
    killChildren();
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", cleanUp);

  const started = new Date();
  const elapsed = () => Date.now() - started.getTime();
  const results = new Results();
  const failures: Failure[] = [];
  const loads: Load[] = [await sampleLoad()];
  let runs = 0;
  try {
    for (let longest = 0; runs < plan.runs && elapsed() + longest <= plan.budget; runs++) {
      const before = elapsed();
      for (const system of plan.systems) {
        plan.progress(`run ${runs + 1} of ${plan.runs}: ${system.name}`);
        const path = join(directory, `${system.name}-${runs}`);
        await runSystem(plan, system, path, (scenario, values, error) => {
          results.add(system.name, scenario.name, values);
          if (error !== null) {
            failures.push({ system: system.name, scenario: scenario.name, run: runs + 1, error });
            plan.progress(`${system.name} failed in ${scenario.name}: ${error}`);
          }
        });
      }
      loads.push(await sampleLoad());
      longest = Math.max(longest, elapsed() - before);
    }
  } finally {
    cleanUp();
    process.off("exit", cleanUp);
  }

  return {
    format: 1,
    started: started.toISOString(),
    seconds: Math.round(elapsed() / 1_000),
    quick: plan.quick,
    settings: plan.settings,
    runs,
    machine: describeMachine(new Set(plan.systems.flatMap((system) => system.packages))),
    loads,
    busy: loads.some(isBusy),
    records: results.records(
      plan.systems.map((system) => system.name),
      plan.scenarios,
    ),
    unavailable: unavailable(plan),
    failures,
  };
}

type Take = (scenario: Scenario, values: Values | null, error: string | null) => void;

/** One run of one system. Its scenarios share a pair of processes, unless one wants a fresh pair or has failed. */
async function runSystem(
  { scenarios, settings }: Plan,
  system: System,
  path: string,
  take: Take,
): Promise<void> {
  let shared: Pair | null = null;
  let pairs = 0;
  const newPair = () => Pair.start(system, `${path}-${++pairs}.sock`, settings.timeout);

  for (const scenario of scenarios) {
    if (system.unavailable[scenario.name] !== undefined) {
      continue;
    }
    try {
      if (scenario.kind === "launch") {
        take(scenario, await measureLaunches(scenario, settings, system, `${path}-launch.sock`), null);
      } else if (scenario.fresh) {
        using pair = await newPair();
        take(scenario, await pair.measure(scenario.name, settings), null);
      } else {
        shared ??= await newPair();
        take(scenario, await shared.measure(scenario.name, settings), null);
      }
    } catch (error) {
      shared?.[Symbol.dispose]();
      shared = null;
      take(scenario, null, describeError(error));
    }
  }
  shared?.[Symbol.dispose]();
}

async function measureLaunches(
  scenario: LaunchScenario,
  settings: Settings,
  system: System,
  path: string,
): Promise<Values> {
  using _server = await startServer(system, path, settings.timeout);
  const launches: number[] = [];
  // The first one also warms the server and the file cache.
  for (let i = 0; i <= settings.launches; i++) {
    const { client, elapsed } = await launchClient(system, path, settings.timeout);
    client[Symbol.dispose]();
    launches.push(elapsed);
  }
  return scenario.summarize(launches.slice(1));
}

function unavailable({ systems, scenarios }: Plan): Unavailable[] {
  return systems.flatMap((system) =>
    scenarios.flatMap(({ name }) => {
      const reason = system.unavailable[name];
      return reason === undefined ? [] : { system: system.name, scenario: name, reason };
    }),
  );
}
