import { createTypeWriter } from "@ncalrpc/codegen";
import {
  createNodeHost,
  describeModel,
  type FieldDescription,
  type InterfaceDescription,
  type MethodDescription,
  type TypeDescription,
} from "@ncalrpc/idl";
import type { Arguments } from "../arguments.js";
import type { Command } from "../command.js";
import { includeOption, jsonOption } from "../common-options.js";
import { compileOptions, readCompileOptions } from "../compile-options.js";
import { compileOrFail } from "../compile-or-fail.js";
import { ExitCode } from "../exit-code.js";
import { jsonText, safeText } from "../safe-text.js";
import { alignColumns } from "../table.js";
import { paint, type Terminal } from "../terminal.js";

export const describe: Command = {
  name: "describe",
  summary: "Describe interfaces as a person reads them: opnums, types, sizes on the wire.",
  parameters: [{ name: "FILES", help: "IDL files.", isRepeated: true }],
  options: { include: includeOption, ...compileOptions, json: jsonOption },
  notes: [
    "Sizes are octets of a request's or response's stub data in NDR20, without the headers around it.",
    "Bounds are what the IDL promises: a range on what gives a length makes them finite.",
  ],
  examples: ["ncalrpc describe idl/hello.idl", "ncalrpc describe idl/hello.idl --json"],
  run: async (args, terminal) => describeFiles(args, terminal),
};

function describeFiles(args: Arguments, terminal: Terminal): ExitCode {
  const host = createNodeHost({ includeDirectories: args.values("include") });
  const model = compileOrFail(args.positionals, host, args.positionals.join(", "), readCompileOptions(args));
  const interfaces = describeModel(model, createTypeWriter(model));
  if (args.has("json")) terminal.print(jsonText({ interfaces }));
  else for (const found of interfaces) printInterface(found, terminal);
  return ExitCode.DONE;
}

function printInterface(found: InterfaceDescription, terminal: Terminal): void {
  const heading = `interface ${found.name} ${found.version}  ${found.uuid}`;
  terminal.print(paint(terminal.printsColor, "bold", heading));
  terminal.print(
    `  ${safeText(found.file)}${found.endpoints.map((endpoint) => `, ${safeText(endpoint)}`).join("")}`,
  );
  printDoc(found.doc, terminal);
  for (const method of found.methods) printMethod(method, "", terminal);
  for (const method of found.callbacks) printMethod(method, "callback ", terminal);
  for (const type of found.types) printType(type, terminal);
  terminal.print("");
}

function printMethod(method: MethodDescription, prefix: string, terminal: Terminal): void {
  const { opnum, name, parameters, returns, request, response, notes } = method;
  terminal.print("");
  terminal.print(
    `  ${prefix}${opnum}  ${paint(terminal.printsColor, "bold", name)}   request ${octets(request)}, response ${octets(response)}`,
  );
  printDoc(method.doc, terminal, "     ");
  const fields = [...parameters, ...(returns === null ? [] : [{ ...returns, name: "returns" }])];
  for (const line of alignColumns(fields.map(row))) terminal.print(`     ${line}`);
  for (const note of notes) terminal.print(`     note: ${note}`);
}

function printType({ kind, name, doc, fields, labels }: TypeDescription, terminal: Terminal): void {
  terminal.print("");
  terminal.print(`  ${kind.replace("_", " ")} ${paint(terminal.printsColor, "bold", name)}`);
  printDoc(doc, terminal, "     ");
  for (const line of alignColumns(fields.map(row))) terminal.print(`     ${line}`);
  for (const label of labels) terminal.print(`     ${label}`);
}

function row({ direction, name, wire, type, range, derivedFrom }: FieldDescription): string[] {
  const facts = [
    range === null ? "" : `range ${range}`,
    derivedFrom === null ? "" : `derived from ${derivedFrom}`,
  ];
  const isVisible = derivedFrom === null;
  return [
    ...(direction === null ? [] : [`[${direction}]`]),
    safeText(name),
    isVisible ? type : "-",
    wire,
    facts.filter((fact) => fact !== "").join(", "),
  ];
}

function octets({ min, max }: { readonly min: number; readonly max: number | null }): string {
  if (max === null) return `${min}.. octets`;
  return min === max ? `${min} octets` : `${min}..${max} octets`;
}

function printDoc(doc: string | null, terminal: Terminal, indent = "  "): void {
  for (const line of doc?.split("\n") ?? []) terminal.print(`${indent}${safeText(line)}`.trimEnd());
}
