// Runs the suites, with --slow the slow ones, with --sockets those that are about ports with completion lists switched off;
// also writes a JSON report if NCALRPC_REPORT names a file.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const slow = process.argv.includes("--slow");
const report = process.env.NCALRPC_REPORT;
const sockets = process.argv.includes("--sockets");
const filters = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const aboutPorts = [
  "runtime",
  "sync",
  "kill",
  "hostile",
  "drain",
  "identity",
  "context",
  "bulk",
  "pipes",
  "workers",
];
const { status } = spawnSync(
  process.execPath,
  [
    join(root, "node_modules", "vitest", "vitest.mjs"),
    "run",
    ...(slow ? ["test/slow"] : []),
    ...(sockets ? ["packages/alpc", ...aboutPorts.map((name) => `test/${name}`)] : []),
    ...filters,
    "--reporter=default",
    ...(report === undefined ? [] : [`--reporter=${join(root, "scripts", "json-report.mjs")}`]),
  ],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      ...(slow ? { NCALRPC_SLOW: "1" } : {}),
      ...(sockets ? { NCALRPC_COMPLETION_LIST: "off" } : {}),
    },
  },
);
process.exit(status ?? 1);
