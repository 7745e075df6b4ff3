// node run-suite.mjs REPORT SUITE...: runs suites in this process and writes a report in the form of Vitest's JSON.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { startTests } from "@vitest/runner";

const [report, ...suites] = process.argv.slice(2);
/** Milliseconds for a test or hook (Wine is slow, and slower on a busy machine), and for what a suite leaves behind. */
const TIMEOUT = 240_000;
const FAREWELL_TIME = 3_000;

const config = {
  root: process.cwd(),
  setupFiles: [],
  name: undefined,
  passWithNoTests: false,
  testNamePattern: process.env.NCALRPC_TEST_NAME ? new RegExp(process.env.NCALRPC_TEST_NAME) : undefined,
  allowOnly: false,
  sequence: { shuffle: false, concurrent: false, seed: 0, hooks: "stack", setupFiles: "list" },
  chaiConfig: undefined,
  maxConcurrency: 1,
  testTimeout: TIMEOUT,
  hookTimeout: TIMEOUT,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  tagsFilter: undefined,
  strictTags: false,
};

const runner = {
  config,
  importFile: (path) => import(pathToFileURL(path).href),
  onAfterRunTask({ name, result }) {
    const failed = result?.state === "fail";
    if (failed || process.env.NCALRPC_TEST_VERBOSE) {
      console.log(`${failed ? "FAILED" : "passed"} ${name} (${Math.round(result?.duration ?? 0)} ms)`);
    }
    for (const { message, stack } of result?.errors ?? []) console.log(stack ?? message);
  },
};

const files = await startTests(
  suites.map((filepath) => ({ filepath, testLocations: undefined })),
  runner,
);
const testResults = files.map((file) => ({
  name: file.name,
  status: file.result?.state === "pass" ? "passed" : "failed",
  message: (file.result?.errors ?? []).map(({ message }) => message).join("\n"),
  assertionResults: testsOf(file).map(({ names, task }) => ({
    ancestorTitles: names.slice(0, -1),
    title: task.name,
    fullName: names.join(" "),
    status: statusOf(task),
    duration: task.result?.duration ?? 0,
    failureMessages: (task.result?.errors ?? []).map(({ stack, message }) => stack ?? message),
  })),
}));
const count = (status) =>
  testResults.flatMap(({ assertionResults }) => assertionResults).filter((result) => result.status === status)
    .length;
// A suite whose hooks or import failed fails, though no test of it did.
const broken = testResults.filter(
  ({ status, assertionResults }) =>
    status === "failed" && !assertionResults.some((result) => result.status === "failed"),
);
for (const { name, message } of broken) console.log(`FAILED ${name}: ${message}`);
writeFileSync(
  report,
  JSON.stringify({
    numPassedTests: count("passed"),
    numFailedTests: count("failed"),
    numRuntimeErrorTestSuites: broken.length,
    testResults,
  }),
);
process.exitCode = count("failed") + broken.length === 0 ? 0 : 1;
// Ports that have been closed still say farewell; a suite that leaves anything else open holds nobody up for long.
setTimeout(() => process.exit(), FAREWELL_TIME).unref();

function testsOf(suite, names = []) {
  return suite.tasks.flatMap((task) =>
    task.type === "suite" ? testsOf(task, [...names, task.name]) : [{ task, names: [...names, task.name] }],
  );
}

function statusOf({ mode, result }) {
  if (result?.state === "pass") return "passed";
  return mode === "skip" || mode === "todo" ? "skipped" : "failed";
}
