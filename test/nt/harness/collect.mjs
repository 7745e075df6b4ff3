import { existsSync, readFileSync } from "node:fs";

/** A run's own report, with how the process ended and what the stand-in says (`complaints` null: nothing) as further tests. */
export function collect(run, reportPath, exitCode, complaints) {
  if (!existsSync(reportPath)) {
    return reportOf(run, [{ title: "runs to its end", message: `it ended with ${exitCode}` }]);
  }
  const report = JSON.parse(readFileSync(reportPath, "utf8"));
  for (const result of report.testResults) {
    result.name = `nt: ${run.name}`;
  }
  const hasFailed = report.numFailedTests + report.numRuntimeErrorTestSuites > 0;
  const isTrue = exitCode === (hasFailed ? 1 : 0);
  const verdicts = [{ title: "ends in good order", message: isTrue ? "" : `it ended with ${exitCode}` }];
  if (complaints !== null) {
    const title = "the stand-in for the kernel has nothing to report";
    verdicts.push({ title, message: complaints.join("\n") });
  }
  return addReports([report, reportOf(run, verdicts)]);
}

/**
 * What the stand-in has to say against a run, in lines: violations, but for rules that the run breaks on purpose, and whatever a
 * process still held when it ended. A run of which the stand-in says nothing at all did not use it.
 */
export function readComplaints(path, tolerated = []) {
  const lines = existsSync(path) ? readFileSync(path, "latin1").split("\n") : [];
  const violations = lines
    .filter((line) => line.startsWith("violation "))
    .filter((line) => !tolerated.some((rule) => line.includes(` rule=${rule} `)));
  const censuses = lines.filter((line) => line.startsWith("census "));
  const leaks = censuses.filter((line) => HELD.test(line));
  return censuses.length === 0 ? ["no process reported to the stand-in"] : [...violations, ...leaks];
}

/** A census in which something is not zero. */
const HELD = / (ports|messages|views|sections|contexts|handles)=[1-9]/;

/** A report in the form of Vitest's, of tests that pass if they have no message. */
export function reportOf({ name }, tests) {
  const failed = tests.filter(({ message }) => message !== "").length;
  const assertionResults = tests.map(({ title, message }) => ({
    ancestorTitles: [],
    title,
    fullName: title,
    status: message === "" ? "passed" : "failed",
    failureMessages: message === "" ? [] : [message],
  }));
  return {
    numPassedTests: tests.length - failed,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: 0,
    testResults: [{ name: `nt: ${name}`, status: failed === 0 ? "passed" : "failed", assertionResults }],
  };
}

export function addReports(reports) {
  const total = (field) => reports.reduce((sum, report) => sum + report[field], 0);
  return {
    numPassedTests: total("numPassedTests"),
    numFailedTests: total("numFailedTests"),
    numRuntimeErrorTestSuites: total("numRuntimeErrorTestSuites"),
    testResults: reports.flatMap(({ testResults }) => testResults),
  };
}
