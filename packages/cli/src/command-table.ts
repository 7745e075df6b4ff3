import type { Command } from "./command.js";

/** A command in the list, loaded only when it is asked for: what one needs, the others do without. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export const commandTable: readonly CommandEntry[] = [
  {
    name: "check",
    summary: "Check IDL files and say what is wrong with them.",
    load: async () => (await import("./commands/check.js")).check,
  },
  {
    name: "generate",
    summary: "Generate a TypeScript module for each interface of IDL files.",
    load: async () => (await import("./commands/generate.js")).generate,
  },
  {
    name: "format",
    summary: "Lay out IDL files in the one canonical way.",
    load: async () => (await import("./commands/format.js")).format,
  },
  {
    name: "lint",
    summary: "Judge IDL files by rules: first of all, what a hostile peer could make of them.",
    load: async () => (await import("./commands/lint.js")).lint,
  },
  {
    name: "breaking",
    summary: "Compare IDL files with an earlier version and say what breaks whom.",
    load: async () => (await import("./commands/breaking.js")).breaking,
  },
  {
    name: "freeze",
    summary: "Keep the model of each interface's version, so that it cannot change unnoticed.",
    load: async () => (await import("./commands/freeze.js")).freeze,
  },
  {
    name: "describe",
    summary: "Describe interfaces as a person reads them: opnums, types, sizes on the wire.",
    load: async () => (await import("./commands/describe.js")).describe,
  },
  {
    name: "list",
    summary: "List the endpoints on this machine, who owns them and what they offer.",
    load: async () => (await import("./commands/list.js")).list,
  },
  {
    name: "lsp",
    summary: "Serve editors: the language server protocol over standard input and output.",
    load: async () => (await import("./commands/lsp.js")).lsp,
  },
  {
    name: "ping",
    summary: "Measure round trips to a server and say who it is.",
    load: async () => (await import("./commands/ping.js")).ping,
  },
  {
    name: "doctor",
    summary: "Look at what this system offers to ports, and say what is amiss.",
    load: async () => (await import("./commands/doctor.js")).doctor,
  },
  {
    name: "call",
    summary: "Call a method of a server with JSON and print its result as JSON.",
    load: async () => (await import("./commands/call.js")).call,
  },
];
