import type { GeneratedFile, Plugin } from "@ncalrpc/codegen";
import type { Model } from "@ncalrpc/idl";
import { CommandFailure } from "./command-failure.js";

/** What plugins make of a model. Throws CommandFailure if one fails, or two make the same file. */
export function runPlugins(plugins: readonly Plugin[], model: Model): GeneratedFile[] {
  const makers = new Map<string, string>();
  return plugins.flatMap((plugin) => {
    const files = generate(plugin, model);
    for (const { path } of files) {
      const other = makers.get(path);
      if (other !== undefined)
        throw new CommandFailure(`plugins '${other}' and '${plugin.name}' both make ${path}`);
      makers.set(path, plugin.name);
    }
    return files;
  });
}

function generate(plugin: Plugin, model: Model): GeneratedFile[] {
  let files: unknown;
  try {
    files = plugin.generate(model);
  } catch (error) {
    throw new CommandFailure(
      `plugin '${plugin.name}' failed: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  if (Array.isArray(files) && files.every(isFile)) return files;
  throw new CommandFailure(
    `plugin '${plugin.name}' must return a list of files, each with a path and a text`,
  );
}

function isFile(value: unknown): value is GeneratedFile {
  return (
    typeof value === "object" &&
    value !== null &&
    "path" in value &&
    typeof value.path === "string" &&
    "text" in value &&
    typeof value.text === "string"
  );
}
