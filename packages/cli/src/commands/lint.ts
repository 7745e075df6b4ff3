import {
  createNodeHost,
  formatDiagnostic,
  type LintFinding,
  type LintTier,
  lintFiles,
  lintRules,
} from "@ncalrpc/idl";
import type { Arguments } from "../arguments.js";
import type { Command } from "../command.js";
import { includeOption, jsonOption } from "../common-options.js";
import { compileOptions, readCompileOptions } from "../compile-options.js";
import { ExitCode } from "../exit-code.js";
import { countFindings, plural, readModel, writeDiagnostics } from "../read-model.js";
import { jsonText } from "../safe-text.js";
import { alignColumns } from "../table.js";
import type { Terminal } from "../terminal.js";
import { UsageError } from "../usage-error.js";

export const lint: Command = {
  name: "lint",
  summary: "Judge IDL files by rules: first of all, what a hostile peer could make of them.",
  parameters: [{ name: "FILES", help: "IDL files.", isRepeated: true, isOptional: true }],
  options: {
    tier: { value: "TIER", help: "default: security and interoperability; strict: documentation too." },
    rules: { help: "List the rules and what each is for." },
    include: includeOption,
    ...compileOptions,
    json: jsonOption,
  },
  notes: [
    "Files have to compile: `ncalrpc check` says what is wrong with them. What they import is not judged.",
    "`// ncalrpc-ignore RULE reason` suppresses the findings of a rule on its line, or on the next one if it stands alone.",
  ],
  examples: ["ncalrpc lint idl/hello.idl", "ncalrpc lint --tier strict idl/*.idl", "ncalrpc lint --rules"],
  run: async (args, terminal) => runLint(args, terminal),
};

function runLint(args: Arguments, terminal: Terminal): ExitCode {
  const tier = args.value("tier") ?? "default";
  if (tier !== "default" && tier !== "strict")
    throw new UsageError(`--tier is "${tier}"; give default or strict`);
  if (args.has("rules")) return listRules(args.has("json"), terminal);
  if (args.positionals.length === 0) throw new UsageError("FILES is missing: IDL files.");
  const include = args.values("include");
  const { model, diagnostics } = readModel(args.positionals, include, readCompileOptions(args));
  if (model === null) {
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    if (args.has("json")) terminal.print(jsonText({ diagnostics: errors, findings: [] }));
    else {
      writeDiagnostics(errors, terminal.printsColor, terminal.print);
      terminal.print(`not judged: ${countFindings(errors)}`);
    }
    return ExitCode.FAILED;
  }
  const findings = lintFiles(
    args.positionals,
    createNodeHost({ includeDirectories: include }),
    tier,
    readCompileOptions(args),
  );
  if (args.has("json")) terminal.print(jsonText({ diagnostics: [], findings }));
  else printFindings(findings, args.positionals.length, tier, terminal);
  return findings.length === 0 ? ExitCode.DONE : ExitCode.FAILED;
}

function printFindings(
  findings: readonly LintFinding[],
  files: number,
  tier: LintTier,
  terminal: Terminal,
): void {
  for (const finding of findings)
    terminal.print(`${formatDiagnostic(finding, { color: terminal.printsColor })}\n`);
  const count = findings.length === 0 ? "no findings" : plural(findings.length, "finding");
  terminal.print(`${plural(files, "file")} judged (${tier}): ${count}`);
}

function listRules(asJson: boolean, terminal: Terminal): ExitCode {
  if (asJson) {
    const rules = lintRules.map(({ id, category, tier, purpose, hint }) => ({
      id,
      category,
      tier,
      purpose,
      hint,
    }));
    terminal.print(jsonText({ rules }));
  } else {
    const rows = lintRules.map(({ id, category, tier, purpose }) => [id, tier, category, purpose]);
    for (const line of alignColumns([["RULE", "TIER", "CATEGORY", "PURPOSE"], ...rows])) terminal.print(line);
  }
  return ExitCode.DONE;
}
