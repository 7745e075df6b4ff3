import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type CompileOptions, createNodeHost, FrozenModelError, type Model, parseFrozen } from "@ncalrpc/idl";
import { CommandFailure } from "./command-failure.js";
import { compileOrFail } from "./compile-or-fail.js";
import { gitHost } from "./git-host.js";
import { readText } from "./read-text.js";

const FROZEN = ".model.json";

/**
 * The models to compare with. A frozen model is read as it is; an IDL file is compiled; of a directory every frozen
 * model, the newest of each major version; anything else is a revision that git knows, in which `files` are compiled.
 * Throws CommandFailure.
 */
export function readBaseline(
  against: string,
  files: readonly string[],
  include: readonly string[],
  options: CompileOptions,
): Model[] {
  const stats = statSync(against, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return readDirectory(against);
  if (stats !== undefined) {
    if (against.endsWith(".json")) return [readFrozen(against)];
    return [compileOrFail([against], createNodeHost({ includeDirectories: include }), against, options)];
  }
  const host = gitHost(against, include);
  const present = files.filter((file) => host.read(file) !== null);
  return present.length === 0 ? [] : [compileOrFail(present, host, `${against} in git`, options)];
}

/** Reads a frozen model, and the hash beside it if there is one. Throws CommandFailure. */
export function readFrozen(path: string): Model {
  const hashPath = path.replace(/\.json$/, ".sha256");
  const hash = statSync(hashPath, { throwIfNoEntry: false })?.isFile() ? readText(hashPath) : null;
  try {
    return parseFrozen(readText(path), hash);
  } catch (error) {
    if (error instanceof FrozenModelError)
      throw new CommandFailure(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

function readDirectory(directory: string): Model[] {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith(FROZEN))
    .sort();
  if (names.length === 0)
    throw new CommandFailure(`${directory} has no frozen models (*${FROZEN}): ncalrpc freeze makes them`);
  const newest = new Map<string, { minor: number; model: Model }>();
  for (const name of names) {
    const model = readFrozen(join(directory, name));
    const found = model.units.find((unit) => !unit.imported)?.interface;
    if (found == null) throw new CommandFailure(`${join(directory, name)} holds no interface`);
    const { major, minor } = found.version;
    const key = `${found.uuid} ${major}`;
    const known = newest.get(key);
    if (known === undefined || known.minor < minor) newest.set(key, { minor, model });
  }
  return [...newest.values()].map(({ model }) => model);
}
