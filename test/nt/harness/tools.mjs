import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Debian puts Wine, which is not in PATH. */
const WINE_FOLDERS = [process.env.WINE_FOLDER, "/usr/lib/wine", ...(process.env.PATH ?? "").split(delimiter)];
const COMPILER = process.env.MINGW_CC ?? "x86_64-w64-mingw32-gcc";

/** What runs Windows programs here: paths of Wine and its server, the compiler's name. Exits with 1 and says what is missing. */
export function findTools() {
  const tools = locate();
  if (missingPackages(tools).length === 0) return tools;
  const isDebianCi = process.env.CI === "true" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
  if (isDebianCi) install(missingPackages(tools));
  const found = locate();
  const missing = missingPackages(found);
  if (missing.length === 0) return found;
  for (const { what, debian } of missing) console.error(`test:nt: ${what} is missing (Debian: ${debian})`);
  console.error(
    `test:nt: install with: apt-get install --no-install-recommends ${missing.map(({ debian }) => debian).join(" ")}`,
  );
  process.exit(1);
}

function locate() {
  const folder = WINE_FOLDERS.find((path) => path && existsSync(join(path, "wine64")));
  const runs = spawnSync(COMPILER, ["--version"], { stdio: "ignore" }).status === 0;
  return {
    wine: folder === undefined ? null : join(folder, "wine64"),
    wineServer: ["wineserver64", "wineserver"]
      .map((name) => (folder === undefined ? "" : join(folder, name)))
      .find(existsSync),
    compiler: runs ? COMPILER : null,
  };
}

function missingPackages({ wine, compiler }) {
  return [
    ...(wine === null ? [{ what: "wine64", debian: "wine64" }] : []),
    ...(compiler === null ? [{ what: COMPILER, debian: "gcc-mingw-w64-x86-64" }] : []),
  ];
}

function install(packages) {
  const names = packages.map(({ debian }) => debian);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = { env, stdio: ["ignore", "ignore", "inherit"] };
  spawnSync("apt-get", ["update", "-qq"], options);
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], options);
}
