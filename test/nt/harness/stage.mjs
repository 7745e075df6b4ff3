import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
const OWN = readdirSync(join(root, "packages")).filter(isBuilt);
const EXAMPLES = ["hello", "service-control"];

/**
 * Lays the built workspace out as one folder without links, which every system reads alike: packages and their dependencies
 * side by side, tests as JavaScript, and in the place of Vitest what runs its suites without a bundler. `extra`: folders of
 * packages to add, by name. The folder is made anew.
 */
export function stage(target, extra = {}) {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "package.json"), JSON.stringify({ private: true, type: "module" }));
  for (const name of OWN) {
    copyPackage(join(root, "packages", name), join(target, "packages", name));
    forward(name, target);
    copyDependencies(join(root, "packages", name), target);
  }
  for (const name of EXAMPLES) {
    copyPackage(join(root, "examples", name), join(target, "examples", name));
    copyDependencies(join(root, "examples", name), target);
  }
  copy("test/dist", target);
  copy("packages/alpc/test/programs", target);
  copy("test/nt/harness", target);
  const vitest = realpathSync(join(root, "node_modules", "vitest"));
  for (const name of ["@vitest/runner", "@vitest/expect", "chai"]) {
    copyWithDependencies(name, vitest, target);
  }
  cpSync(join(here, "vitest"), join(target, "node_modules", "vitest"), { recursive: true });
  for (const [name, folder] of Object.entries(extra)) {
    cpSync(folder, join(target, "node_modules", name), { recursive: true });
  }
  compileTests(target);
}

/** Types are checked with all other tests; here they are only taken away. */
function compileTests(target) {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const project = join(here, "..", "tsconfig.json");
  const { status } = spawnSync(process.execPath, [compiler, "-p", project, "--outDir", target], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the suites for Windows do not compile");
}

function copy(path, target) {
  cpSync(join(root, path), join(target, path), { recursive: true });
}

/** A package of ours as it would be published. */
function copyPackage(from, to) {
  for (const part of ["package.json", "dist", "bin", "idl"]) {
    if (existsSync(join(from, part))) cpSync(join(from, part), join(to, part), { recursive: true });
  }
}

/** A package of ours is found by its name and by its path, and is the same modules either way. */
function forward(name, target) {
  const folder = join(target, "node_modules", "@ncalrpc", name);
  const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8"));
  const exports = {};
  mkdirSync(folder, { recursive: true });
  for (const [path, { default: file }] of Object.entries(manifest.exports ?? {})) {
    if (file === undefined) continue;
    const forwarder = `./${file.split("/").at(-1)}`;
    exports[path] = forwarder;
    const module = `../../../packages/${name}/${file}`;
    writeFileSync(join(folder, forwarder), `export * from ${JSON.stringify(module)};\n`);
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", exports }));
}

function copyDependencies(folder, target) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    if (!name.startsWith("@ncalrpc/")) copyWithDependencies(name, folder, target);
  }
}

/** Copies a package that `from` depends on, and what that needs itself. There is one version of each. */
function copyWithDependencies(name, from, target) {
  const to = join(target, "node_modules", name);
  const folder = resolvePackage(name, from);
  if (folder === null || existsSync(to)) return;
  cpSync(folder, to, { recursive: true, dereference: true, filter: (path) => isWanted(path, folder) });
  copyDependencies(folder, target);
}

/** Where Node would find a package from a folder; null for an optional one of another system. */
function resolvePackage(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(candidate)) return realpathSync(candidate);
    if (folder === dirname(folder)) return null;
  }
}

function isBuilt(name) {
  return name !== "bench" && existsSync(join(root, "packages", name, "dist"));
}

function isWanted(path, folder) {
  return !path.slice(folder.length).split(sep).includes("node_modules");
}
