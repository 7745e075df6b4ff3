import type { Option } from "./command.js";

/** Options that several commands have, so that they mean the same everywhere. */
export const includeOption: Option = {
  value: "DIR",
  short: "I",
  isRepeated: true,
  help: "Look for imported files in DIR too, after the importing file's own directory.",
};

export const jsonOption: Option = { help: "Print JSON, for scripts." };

export const endpointParameter = {
  name: "ENDPOINT",
  help: "A name (hello), an absolute path, or a string binding (ncalrpc:[hello]).",
} as const;
