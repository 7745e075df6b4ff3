// Runs the suites, or with --slow the slow ones; also writes a JSON report if NCALRPC_REPORT names a file.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const slow = process.argv.includes("--slow");
const report = process.env.NCALRPC_REPORT;
const filters = process.argv.slice(2).filter((argument) => argument !== "--slow");
const { status } = spawnSync(
  process.execPath,
  [
    join(root, "node_modules", "vitest", "vitest.mjs"),
    "run",
    ...(slow ? ["test/slow"] : []),
    ...filters,
    "--reporter=default",
    ...(report === undefined ? [] : ["--reporter=json", `--outputFile.json=${report}`]),
  ],
  { cwd: root, stdio: "inherit", env: { ...process.env, ...(slow ? { NCALRPC_SLOW: "1" } : {}) } },
);
process.exit(status ?? 1);
