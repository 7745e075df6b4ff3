import { generateTypeScript, type TypeScriptOptions } from "./generate-typescript.js";
import { GenerationCache } from "./generation-cache.js";
import { limitations } from "./limitations.js";
import type { Plugin } from "./plugin.js";

/**
 * Generates two TypeScript modules for each unit, with conversions of its typedefs if there are hooks for them. One that
 * `isRepeated` keeps what it printed, to be quicker after a change.
 */
export function createTypeScriptPlugin(options: TypeScriptOptions = {}, isRepeated = false): Plugin {
  const cache = isRepeated ? new GenerationCache() : null;
  return {
    name: "typescript",
    description: "TypeScript modules: types, schemas, readers and writers, clients, handlers",
    generate: (model) => generateTypeScript(model, options, cache),
    limitations: (model) => limitations(model, options),
  };
}

/** The same without hooks. */
export const typescriptPlugin: Plugin = createTypeScriptPlugin();
