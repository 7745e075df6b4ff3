// Runs the pinned pnpm through npx, so that Node and npm are all a bare clone needs.
import { spawnSync } from "node:child_process";

const PNPM = "pnpm@10.34.8";
const npx = process.platform === "win32" ? "npx.cmd" : "npx";
const result = spawnSync(npx, ["--yes", PNPM, ...process.argv.slice(2)], {
  stdio: "inherit",
  shell: process.platform === "win32",
});
if (result.error) {
  console.error(`cannot run npx: ${result.error.message}`);
}
process.exit(result.status ?? 1);
