import { once } from "node:events";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { collect, readComplaints } from "./collect.mjs";

/** Milliseconds for one run. */
const PATIENCE = 900_000;

/**
 * Runs the suites of one run in a process of their own and returns its report. `host` says how a Windows program is started:
 * `path` makes a Windows path, `startNode` starts Node, `env` is for every process, `stop` ends all of them;
 * `hasStandin` if the stand-in's report counts. `app` is the staged folder, `reports` that of reports and logs.
 */
export async function runOne(host, { app, reports }, run) {
  const file = join(reports, run.name.replaceAll(/\W+/g, "-"));
  const [report, findings] = [`${file}.json`, `${file}.txt`];
  for (const old of [report, findings]) rmSync(old, { force: true });
  const suites = run.suites.map((name) => host.path(join(app, "test", "nt", "suites", `${name}.js`)));
  const started = performance.now();
  const { exitCode, output } = await runLogged(`${file}.log`, host.stop, (stdio) =>
    host.startNode(
      [host.path(join(app, "test", "nt", "harness", "run-suite.mjs")), host.path(report), ...suites],
      {
        cwd: app,
        stdio,
        env: {
          ...host.env,
          NCALRPC_STANDIN_REPORT: host.path(findings),
          NCALRPC_STANDIN_SWITCHES: run.switches ?? "",
        },
      },
    ),
  );
  process.stdout.write(output);
  const complaints = host.hasStandin ? readComplaints(findings, run.tolerates) : null;
  for (const line of complaints?.slice(0, 20) ?? []) console.error(line);
  return tell(run, started, collect(run, report, exitCode, complaints));
}

/** Says how a run went, and returns its report. */
export function tell({ name }, started, report) {
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name}: ${report.numPassedTests} passed, ${failed} failed, ${seconds} s`);
  return report;
}

/**
 * Runs what `start` starts, with its output in a file: pipes of another system are no pipes to Windows programs, files are
 * files. `stop` is called if it takes too long.
 */
export async function runLogged(log, stop, start) {
  const descriptor = openSync(log, "w");
  const child = start(["ignore", descriptor, descriptor]);
  const timer = setTimeout(() => {
    console.error(`not done after ${PATIENCE / 1000} s`);
    stop(child);
  }, PATIENCE);
  const [exitCode] = await once(child, "exit");
  clearTimeout(timer);
  closeSync(descriptor);
  return { exitCode, output: readFileSync(log, "utf8") };
}
