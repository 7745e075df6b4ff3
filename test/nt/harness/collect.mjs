import { existsSync, readFileSync } from "node:fs";

/** A run's own report with the stand-in's verdict as one more test; a run that wrote none has failed. */
export function collect(run, reportPath, exitCode, violations) {
  const report = existsSync(reportPath)
    ? JSON.parse(readFileSync(reportPath, "utf8"))
    : emptyReport(run, `ended with ${exitCode} before it had a report`);
  for (const result of report.testResults) {
    result.name = `nt, ${run.name}`;
    for (const assertion of result.assertionResults)
      assertion.fullName = `${run.name}: ${assertion.fullName}`;
  }
  if (violations === null) return report;
  const title = `${run.name}: the stand-in for the kernel has nothing to report`;
  const verdict = assertion(title, violations.join("\n"));
  report.testResults.push({ name: `nt, ${run.name}`, status: verdict.status, assertionResults: [verdict] });
  if (violations.length === 0) report.numPassedTests++;
  else report.numFailedTests++;
  return report;
}

/** Violations in the file that the stand-in has written, if it had to write at all, but for rules that a run breaks on purpose. */
export function readViolations(path, tolerated = []) {
  if (!existsSync(path)) return [];
  return readFileSync(path, "latin1")
    .split("\n")
    .filter((line) => line.startsWith("violation "))
    .filter((line) => !tolerated.some((rule) => line.includes(` rule=${rule} `)));
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

function emptyReport(run, message) {
  return {
    numPassedTests: 0,
    numFailedTests: 1,
    numRuntimeErrorTestSuites: 0,
    testResults: [{ name: run.name, status: "failed", assertionResults: [assertion(run.name, message)] }],
  };
}

function assertion(title, message) {
  const status = message === "" ? "passed" : "failed";
  return {
    ancestorTitles: [],
    title,
    fullName: title,
    status,
    failureMessages: message === "" ? [] : [message],
  };
}
