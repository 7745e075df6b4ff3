import type { NaturalOption } from "@ncalrpc/codegen";
import type { Arguments } from "../arguments.js";
import type { Command } from "../command.js";
import { includeOption } from "../common-options.js";
import { compileOptions, readCompileOptions } from "../compile-options.js";
import { ExitCode } from "../exit-code.js";
import type { GenerationOptions } from "../generation.js";
import type { Terminal } from "../terminal.js";
import { UsageError } from "../usage-error.js";

export const generate: Command = {
  name: "generate",
  summary: "Generate a TypeScript module for each interface of IDL files.",
  parameters: [{ name: "FILES", help: "IDL files.", isRepeated: true }],
  options: {
    out: { value: "DIR", help: "Where the modules go. Needed; nothing is written anywhere else." },
    plugin: {
      value: "MODULE",
      isRepeated: true,
      help: "Generate with a plugin instead: a module's path, a package, or typescript, model.",
    },
    hook: {
      value: "TYPE=MODULE#EXPORT",
      isRepeated: true,
      help: "Convert a typedef's values with an object of yours; the module as generated code imports it.",
    },
    natural: {
      value: "NAMES",
      help: "Well-known structs that become natural values, of guid,filetime,largeInteger,sid,unicodeString; all if it is not said, or none.",
    },
    include: includeOption,
    ...compileOptions,
    check: { help: "Write nothing; exit with 1 if a file would change. For CI." },
    watch: { help: "Go on, and generate again when a file that was read changes, imports included." },
  },
  notes: ["Files whose text stays the same are not rewritten. With an error in the IDL nothing is."],
  examples: [
    "ncalrpc generate idl/hello.idl --out src/gen",
    "ncalrpc generate idl/*.idl -I shared/idl --out src/gen --watch",
    "ncalrpc generate idl/*.idl --out src/gen --check",
    "ncalrpc generate idl/calendar.idl --out src/gen --hook Day=../hooks.js#day",
    "ncalrpc generate idl/*.idl --out docs --plugin ./opnum-table.mjs",
  ],
  run: runGenerate,
};

async function runGenerate(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const out = args.value("out");
  if (out === null) throw new UsageError("--out is missing: say where the modules go, --out DIR");
  const isCheck = args.has("check");
  if (isCheck && args.has("watch")) throw new UsageError("--check and --watch exclude each other");
  // Only here, since the compiler that these bring along takes long to load.
  const { loadPlugins } = await import("../load-plugins.js");
  const options: GenerationOptions = {
    files: args.positionals,
    include: args.values("include"),
    compile: readCompileOptions(args),
    out,
    plugins: await loadPlugins(
      args.values("plugin"),
      { hooks: readHooks(args.values("hook")), natural: await readNatural(args.value("natural")) },
      args.has("watch"),
    ),
    isCheck,
  };
  if (args.has("watch")) {
    const { watchAndGenerate } = await import("../watch-and-generate.js");
    await watchAndGenerate(options, terminal);
    return ExitCode.DONE;
  }
  const { runGeneration } = await import("../generation.js");
  return runGeneration(options, terminal);
}

const HOOK = /^([A-Za-z_]\w*)=(.+)#([A-Za-z_$][\w$]*)$/;

function readHooks(texts: readonly string[]): Record<string, { module: string; name: string }> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, type, module, name] = HOOK.exec(text) ?? [];
      if (type === undefined || module === undefined || name === undefined)
        throw new UsageError(`--hook is ${text}, not TYPE=MODULE#EXPORT`);
      return [type, { module, name }];
    }),
  );
}

async function readNatural(text: string | null): Promise<NaturalOption> {
  if (text === null) return true;
  if (text === "none") return false;
  const { naturalNames } = await import("@ncalrpc/codegen");
  return text.split(",").map((word) => {
    const name = naturalNames.find((known) => known.toLowerCase() === word.trim().toLowerCase());
    if (name === undefined)
      throw new UsageError(`--natural has ${word}, which is none of ${naturalNames.join(", ")}`);
    return name;
  });
}
