import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * What a package manager on Linux does not install: Node for Windows, and koffi's library for Windows, each with the
 * digest that the registry gives for it.
 */
const PACKAGES = JSON.parse(readFileSync(new URL("windows-packages.json", import.meta.url), "utf8"));

/** The folder of each package by name, downloaded once into `cache`. */
export function windowsPackages(cache) {
  return Object.fromEntries(PACKAGES.map((entry) => [entry.name, obtain(cache, entry)]));
}

function obtain(cache, { name, version, integrity }) {
  const folder = join(cache, `${name.replace("/", "-")}-${version}`);
  if (existsSync(folder)) return folder;
  const work = `${folder}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  run("npm", ["pack", "--silent", "--pack-destination", work, `${name}@${version}`]);
  const tarball = join(work, `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`);
  const digest = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (digest !== integrity) throw new Error(`${name}@${version} is ${digest}; expected ${integrity}`);
  run("tar", ["-xzf", tarball, "-C", work]);
  renameSync(join(work, "package"), folder);
  rmSync(work, { recursive: true });
  return folder;
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? `exit code ${status}`}`);
}
