// A reporter for Vitest that writes to the file NCALRPC_REPORT, in the form of Vitest's own JSON report. That one leaves out
// how values differ, and what failed outside of tests: a suite's process that died, a promise that was rejected unheard.
import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

export default class {
  onTestRunEnd(modules, errors) {
    const testResults = [
      ...modules.map((module) => resultOf(module)),
      ...errors.map((error) => ({
        name: "outside of tests",
        status: "failed",
        message: textOf(error),
        assertionResults: [],
      })),
    ];
    const count = (status) =>
      testResults.flatMap(({ assertionResults }) => assertionResults).filter((test) => test.status === status)
        .length;
    writeFileSync(
      process.env.NCALRPC_REPORT,
      JSON.stringify({ numPassedTests: count("passed"), numFailedTests: count("failed"), testResults }),
    );
  }
}

function resultOf(module) {
  const tests = [...module.children.allTests()];
  const hasEnded = tests.every((test) => test.result().state !== "pending");
  return {
    name: module.relativeModuleId,
    status: module.ok() && hasEnded ? "passed" : "failed",
    message: hasEnded ? module.errors().map(textOf).join("\n") : "it did not come to its end",
    assertionResults: tests.map((test) => ({
      fullName: test.fullName,
      status: test.result().state,
      failureMessages: (test.result().errors ?? []).map(textOf),
    })),
  };
}

/** The message, where in our code it was thrown, how the values differ, and the cause. */
function textOf({ name, message, stacks = [], diff, cause }) {
  const places = stacks
    .filter(({ file }) => !file.startsWith("node:") && !file.includes("node_modules"))
    .map(({ file, line, column }) => `at ${file}:${line}:${column}`);
  return [
    `${name}: ${message}`,
    ...places,
    ...(diff === undefined ? [] : [stripVTControlCharacters(diff)]),
    ...(cause?.message === undefined ? [] : [`cause: ${cause.message}`]),
  ].join("\n");
}
