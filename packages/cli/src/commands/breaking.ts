import { type BreakingFinding, createNodeHost, findBreaking } from "@ncalrpc/idl";
import type { Arguments } from "../arguments.js";
import { readBaseline } from "../baseline.js";
import type { Command } from "../command.js";
import { includeOption, jsonOption } from "../common-options.js";
import { compileOptions, readCompileOptions } from "../compile-options.js";
import { compileOrFail } from "../compile-or-fail.js";
import { ExitCode } from "../exit-code.js";
import { plural } from "../read-model.js";
import { jsonText } from "../safe-text.js";
import { paint, type Terminal } from "../terminal.js";
import { UsageError } from "../usage-error.js";

export const breaking: Command = {
  name: "breaking",
  summary: "Compare IDL files with an earlier version and say what breaks whom.",
  parameters: [{ name: "FILES", help: "IDL files as they are now.", isRepeated: true }],
  options: {
    against: {
      value: "WHAT",
      help: "An IDL file, a frozen model, a directory of frozen models, or a git revision. Needed.",
    },
    tier: {
      value: "TIER",
      help: "wire: only what breaks peers; source: what breaks programs too (default).",
    },
    include: includeOption,
    ...compileOptions,
    json: jsonOption,
  },
  notes: [
    "Interfaces are the same if their uuid and major version are. In a directory, the newest model of each counts.",
    "Each finding says what changed, whom it breaks, and what to do instead. Findings make the exit code 1.",
  ],
  examples: [
    "ncalrpc breaking --against main idl/hello.idl",
    "ncalrpc breaking --against idl/frozen idl/*.idl --tier wire",
    "ncalrpc breaking --against idl/frozen/Hello.1.0.model.json idl/hello.idl --json",
  ],
  run: async (args, terminal) => compareFiles(args, terminal),
};

function compareFiles(args: Arguments, terminal: Terminal): ExitCode {
  const against = args.value("against");
  if (against === null)
    throw new UsageError("--against is missing: say what to compare with, --against WHAT");
  const tier = args.value("tier") ?? "source";
  if (tier !== "wire" && tier !== "source") throw new UsageError(`--tier is "${tier}"; give wire or source`);
  const include = args.values("include");
  const options = readCompileOptions(args);
  const host = createNodeHost({ includeDirectories: include });
  const after = compileOrFail(args.positionals, host, args.positionals.join(", "), options);
  const findings = readBaseline(against, args.positionals, include, options)
    .flatMap((before) => findBreaking(before, after))
    .filter((finding) => tier === "source" || finding.tier === "wire");
  if (args.has("json")) terminal.print(jsonText({ findings }));
  else {
    for (const finding of findings) printFinding(finding, terminal);
    terminal.print(findings.length === 0 ? "nothing breaks" : plural(findings.length, "breaking change"));
  }
  return findings.length === 0 ? ExitCode.DONE : ExitCode.FAILED;
}

function printFinding(
  { rule, tier, file, where, message, breaks, instead }: BreakingFinding,
  terminal: Terminal,
): void {
  terminal.print(
    `${paint(terminal.printsColor, "bold", `${file}: ${where}:`)} ${paint(terminal.printsColor, "red", `${tier} ${rule}:`)} ${message}`,
  );
  terminal.print(`  breaks: ${breaks}`);
  terminal.print(`  instead: ${instead}\n`);
}
