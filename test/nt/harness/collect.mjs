import { existsSync, readFileSync } from "node:fs";

/** A run's own report, with the stand-in's verdict as one more test (`violations` null: there is none). */
export function collect(run, reportPath, exitCode, violations) {
  if (!existsSync(reportPath)) {
    return reportOf(run, [{ title: "runs to its end", message: `it ended with ${exitCode}` }]);
  }
  const report = JSON.parse(readFileSync(reportPath, "utf8"));
  for (const result of report.testResults) {
    result.name = `nt: ${run.name}`;
  }
  if (violations === null) return report;
  const title = "the stand-in for the kernel has nothing to report";
  return addReports([report, reportOf(run, [{ title, message: violations.join("\n") }])]);
}

/** Violations in the file that the stand-in has written, if it had to write at all, but for rules that a run breaks on purpose. */
export function readViolations(path, tolerated = []) {
  if (!existsSync(path)) return [];
  return readFileSync(path, "latin1")
    .split("\n")
    .filter((line) => line.startsWith("violation "))
    .filter((line) => !tolerated.some((rule) => line.includes(` rule=${rule} `)));
}

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
