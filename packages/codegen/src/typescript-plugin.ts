import { generateTypeScript } from "./generate-typescript.js";
import type { Plugin } from "./plugin.js";

/** Generates one TypeScript module for each unit. */
export const typescriptPlugin: Plugin = {
  name: "typescript",
  description: "TypeScript modules: types, schemas, readers and writers, clients, handlers",
  generate: generateTypeScript,
};
