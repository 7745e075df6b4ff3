import { spawn, spawnSync } from "node:child_process";
import { buildSamples } from "./build-samples.mjs";
import { addReports } from "./collect.mjs";
import { makeFolders } from "./folders.mjs";
import { runOne } from "./run-one.mjs";
import { runs } from "./runs.mjs";
import { stage } from "./stage.mjs";

const COMPILER = process.env.MINGW_CC ?? "gcc";

/** Runs all runs, or those that are named, against the system's own ALPC; returns one report. There are no switches here. */
export async function runOnWindows(names) {
  if (spawnSync(COMPILER, ["--version"], { stdio: "ignore" }).status !== 0) {
    console.error(
      `test:nt: ${COMPILER} is missing: install MinGW-w64 for the programs in C, or name it in MINGW_CC`,
    );
    process.exit(1);
  }
  const folders = makeFolders();
  buildSamples(COMPILER, folders.dist);
  stage(folders.app);
  const host = {
    hasStandin: false,
    path: (path) => path,
    startNode: (args, { env, ...options }) =>
      spawn(process.execPath, args, { ...options, env: { ...process.env, ...env } }),
    stop: (child) => child.kill(),
    env: { NCALRPC_TEST_SAMPLES: folders.dist },
  };
  const reports = [];
  for (const run of runs) {
    const isPossible = run.switches === undefined && run.needsStandin !== true;
    if (isPossible && (names.length === 0 || names.includes(run.name))) {
      reports.push(await runOne(host, folders, run));
    }
  }
  return addReports(reports);
}
