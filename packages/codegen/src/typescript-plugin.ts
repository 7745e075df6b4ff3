import { generateTypeScript, type TypeScriptOptions } from "./generate-typescript.js";
import { limitations } from "./limitations.js";
import type { Plugin } from "./plugin.js";

/** Generates two TypeScript modules for each unit, with conversions of its typedefs if there are hooks for them. */
export function createTypeScriptPlugin(options: TypeScriptOptions = {}): Plugin {
  return {
    name: "typescript",
    description: "TypeScript modules: types, schemas, readers and writers, clients, handlers",
    generate: (model) => generateTypeScript(model, options),
    limitations: (model) => limitations(model, options),
  };
}

/** The same without hooks. */
export const typescriptPlugin: Plugin = createTypeScriptPlugin();
