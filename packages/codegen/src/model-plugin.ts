import type { Plugin } from "./plugin.js";

/** The model itself as JSON, for tools in other languages. */
export const modelPlugin: Plugin = {
  name: "model",
  description: "the checked interface model as JSON",
  generate: (model) => [{ path: "model.json", text: `${JSON.stringify(model, null, 2)}\n` }],
};
