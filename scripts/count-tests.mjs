// Adds up the JSON reports of a folder: "N passed, N failed". A missing or empty report is a failure.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2] ?? ".";
let passed = 0;
let failed = 0;
for (const suite of ["tests.json", "sockets.json", "slow.json", "nt.json"]) {
  if (!readdirSync(folder).includes(suite)) {
    console.error(`${suite} is missing: that suite did not finish`);
    failed++;
    continue;
  }
  const report = JSON.parse(readFileSync(join(folder, suite), "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  for (const { assertionResults, name, status } of report.testResults) {
    // A file that could not even be loaded has no failed test in it.
    if (status === "failed" && !assertionResults.some((assertion) => assertion.status === "failed")) {
      console.error(`failed to run: ${name}`);
      failed++;
    }
    for (const { status, fullName } of assertionResults) {
      if (status === "failed") {
        console.error(`failed: ${name}: ${fullName}`);
      }
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
