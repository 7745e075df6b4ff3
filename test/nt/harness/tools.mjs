import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Debian puts Wine, which is not in PATH. */
const WINE_FOLDER = "/usr/lib/wine";
const COMPILER = "x86_64-w64-mingw32-gcc";

/**
 * What runs Windows programs here: paths of Wine and its server, the compiler's name. Root has what is missing installed, by
 * apt-get, unless NCALRPC_NT_INSTALL is "no"; else what is missing is said, and the process exits with 1.
 */
export function findTools(env = process.env, isRoot = process.getuid?.() === 0) {
  const tools = locate(env);
  const missing = missingPackages(tools, env);
  if (missing.length === 0) return tools;
  const isAllowed = isRoot && env.NCALRPC_NT_INSTALL !== "no";
  if (isAllowed && spawnSync("apt-get", ["--version"], { env, stdio: "ignore" }).status === 0) {
    install(missing, env);
  }
  const found = locate(env);
  const left = missingPackages(found, env);
  if (left.length === 0) return found;
  for (const { what, debian } of left) console.error(`test:nt: ${what} is missing (Debian: ${debian})`);
  const names = left.map(({ debian }) => debian).join(" ");
  console.error(`test:nt: install with: apt-get install --no-install-recommends ${names}`);
  process.exit(1);
}

function locate({ WINE_FOLDER: named, MINGW_CC = COMPILER, PATH = "", ...env }) {
  const folders = [...(named === undefined ? [WINE_FOLDER] : [named]), ...PATH.split(delimiter)];
  const folder = folders.find((path) => path !== "" && existsSync(join(path, "wine64")));
  const { status } = spawnSync(MINGW_CC, ["--version"], { env: { ...env, PATH }, stdio: "ignore" });
  return {
    wine: folder === undefined ? null : join(folder, "wine64"),
    wineServer: ["wineserver64", "wineserver"]
      .map((name) => (folder === undefined ? "" : join(folder, name)))
      .find(existsSync),
    compiler: status === 0 ? MINGW_CC : null,
  };
}

function missingPackages({ wine, compiler }, { MINGW_CC = COMPILER }) {
  return [
    ...(wine === null ? [{ what: "wine64", debian: "wine64" }] : []),
    ...(compiler === null ? [{ what: MINGW_CC, debian: "gcc-mingw-w64-x86-64" }] : []),
  ];
}

function install(packages, env) {
  const names = packages.map(({ debian }) => debian);
  console.log(`test:nt: installing ${names.join(" ")}`);
  const options = {
    env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "ignore", "inherit"],
  };
  spawnSync("apt-get", ["update", "-qq"], options);
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], options);
}
