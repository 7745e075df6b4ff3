export { generateTypeScript } from "./generate-typescript.js";
export type { GeneratedFile } from "./generated-file.js";
export { limitations } from "./limitations.js";
export { modelPlugin } from "./model-plugin.js";
export type { Plugin } from "./plugin.js";
export { transpileTypeScript } from "./transpile-typescript.js";
export { createTypeWriter } from "./type-writer.js";
export { typescriptPlugin } from "./typescript-plugin.js";
export { UnsupportedError } from "./unsupported.js";
