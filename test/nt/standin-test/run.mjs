// Builds the stand-in and its tests, and runs them under Wine in a prefix of their own: node run.mjs [part of a case's name].
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildProgram, buildStandin } from "../standin/build.mjs";

const wineFolder = process.env.WINE_FOLDER ?? "/usr/lib/wine";
const wine = join(wineFolder, "wine64");
if (!existsSync(wine)) {
  console.error(`${wine} is missing: install wine64, or name its folder in WINE_FOLDER`);
  process.exit(1);
}

const here = fileURLToPath(new URL(".", import.meta.url));
const target = join(here, "..", "dist");
const { importLibrary } = buildStandin(target);
const program = join(target, "standin-test.exe");
buildProgram(here, program, importLibrary);

const prefix = mkdtempSync(join(tmpdir(), "ncalrpc-standin-"));
const env = { ...process.env, WINEPREFIX: prefix, WINEDEBUG: "-all", WINEDLLOVERRIDES: "winedbg.exe=d" };
let exitCode = 1;
try {
  spawnSync(wine, ["wineboot", "-i"], { env, stdio: "ignore", timeout: 120_000 });
  const result = spawnSync(wine, [program, ...process.argv.slice(2)], {
    env,
    cwd: target,
    stdio: "inherit",
    timeout: 300_000,
  });
  exitCode = result.status ?? 1;
} finally {
  spawnSync(join(wineFolder, "wineserver64"), ["-k"], { env, stdio: "ignore" });
  rmSync(prefix, { recursive: true, force: true });
}
process.exit(exitCode === 0 ? 0 : 1);
