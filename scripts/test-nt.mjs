// Runs the suites over the ports of Windows: elsewhere as Windows programs under Wine, against the stand-in for ALPC; on
// Windows itself against the system's own ALPC. With names of runs as arguments, only those. NCALRPC_REPORT names a JSON report.
import { writeFileSync } from "node:fs";
import { runOnWindows } from "../test/nt/harness/run-on-windows.mjs";
import { runUnderWine } from "../test/nt/harness/run-under-wine.mjs";

const runs = process.platform === "win32" ? runOnWindows : runUnderWine;
const report = await runs(process.argv.slice(2));
if (process.env.NCALRPC_REPORT) writeFileSync(process.env.NCALRPC_REPORT, JSON.stringify(report));
const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
console.log(`test:nt: ${report.numPassedTests} passed, ${failed} failed`);
process.exit(failed === 0 && report.numPassedTests > 0 ? 0 : 1);
