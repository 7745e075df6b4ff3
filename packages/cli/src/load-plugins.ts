import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createTypeScriptPlugin, modelPlugin, type Plugin, type TypeScriptOptions } from "@ncalrpc/codegen";
import { CommandFailure } from "./command-failure.js";

/**
 * The back ends that a command line names: ours by their names, others as a module's path or as a package that is
 * installed where the command runs. `options` are for the TypeScript one, and `isRepeated` says that it will generate more
 * than once. Throws CommandFailure.
 */
export async function loadPlugins(
  names: readonly string[],
  options: TypeScriptOptions,
  isRepeated: boolean,
): Promise<readonly Plugin[]> {
  const typescript = createTypeScriptPlugin(options, isRepeated);
  if (names.length === 0) return [typescript];
  const builtIn: readonly Plugin[] = [typescript, modelPlugin];
  const plugins: Plugin[] = [];
  for (const name of names)
    plugins.push(builtIn.find((plugin) => plugin.name === name) ?? (await loadPlugin(name)));
  return plugins;
}

async function loadPlugin(name: string): Promise<Plugin> {
  let exported: unknown;
  try {
    exported = await import(locate(name));
  } catch (error) {
    // Node.js adds a stack of its own modules to what it says in the first line.
    const [reason] = String(error instanceof Error ? error.message : error).split("\n");
    throw new CommandFailure(`cannot load plugin '${name}': ${reason}`, { cause: error });
  }
  const found =
    typeof exported === "object" && exported !== null && "default" in exported ? exported.default : null;
  if (isPlugin(found)) return found;
  throw new CommandFailure(
    `'${name}' is no plugin: its default export needs a name, a description and a generate function`,
  );
}

/** A file URL: `import()` of a bare name would look beside this command, not where it runs. */
function locate(name: string): string {
  const path = resolve(name);
  if (existsSync(path)) return pathToFileURL(path).href;
  return pathToFileURL(createRequire(join(process.cwd(), "package.json")).resolve(name)).href;
}

function isPlugin(value: unknown): value is Plugin {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    "description" in value &&
    typeof value.description === "string" &&
    "generate" in value &&
    typeof value.generate === "function"
  );
}
