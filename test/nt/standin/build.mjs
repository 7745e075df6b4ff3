import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COMPILER = process.env.MINGW_CC ?? "x86_64-w64-mingw32-gcc";
const FLAGS = ["-O2", "-Wall", "-Wextra", "-Werror"];

function sources(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".c"))
    .map((name) => join(folder, name));
}

function compile(args) {
  execFileSync(COMPILER, [...FLAGS, ...args], { stdio: "inherit" });
}

/** Compiles the stand-in into `target` (created if missing); returns the paths of the DLL and of its import library. */
export function buildStandin(target) {
  mkdirSync(target, { recursive: true });
  const library = join(target, "ncalrpc-standin.dll");
  const importLibrary = join(target, "libncalrpc-standin.a");
  const here = fileURLToPath(new URL(".", import.meta.url));
  compile([
    "-shared",
    `-Wl,--out-implib,${importLibrary}`,
    "-o",
    library,
    ...sources(here),
    "-ladvapi32",
    "-lntdll",
  ]);
  return { library, importLibrary };
}

/**
 * Compiles the C files of `folder` into the Windows program `target`, linked to the stand-in. The stand-in's import
 * library comes before ntdll's, which names the same functions.
 */
export function buildProgram(folder, target, importLibrary) {
  compile(["-o", target, ...sources(folder), importLibrary, "-ladvapi32", "-lntdll"]);
}
