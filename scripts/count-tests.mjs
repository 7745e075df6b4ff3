// Adds up the JSON reports of a folder: what failed and why, then "N passed, N failed". A missing or empty report is a failure.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** How much of a failure's text is shown: lines, and characters of each. */
const LINES_SHOWN = 30;
const LINE_LENGTH = 300;

const folder = process.argv[2] ?? ".";
let passed = 0;
let failed = 0;
for (const suite of ["tests.json", "sockets.json", "slow.json", "nt.json"]) {
  const path = join(folder, suite);
  if (!existsSync(path)) {
    tellFailure(suite, "is missing: that suite did not finish");
    failed++;
    continue;
  }
  const report = JSON.parse(readFileSync(path, "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const { assertionResults, name, status, message } of report.testResults) {
    const failures = assertionResults.filter((assertion) => assertion.status === "failed");
    for (const { fullName, failureMessages } of failures) {
      tellFailure(`${suite}: ${name}: ${fullName}`, failureMessages.join("\n"));
    }
    // A file that could not even be loaded has no failed test in it.
    if (status === "failed" && failures.length === 0) {
      tellFailure(`${suite}: ${name}: failed to run`, message);
      failed++;
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function tellFailure(where, why) {
  const lines = why.split("\n");
  const shown = lines.slice(0, LINES_SHOWN).map((line) => `    ${line.slice(0, LINE_LENGTH)}`);
  console.log([`failed: ${where}`, ...shown, ...(lines.length > LINES_SHOWN ? ["    ..."] : [])].join("\n"));
}
