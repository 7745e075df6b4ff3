import { text } from "node:stream/consumers";
import type { Arguments } from "../arguments.js";
import type { Command } from "../command.js";
import { CommandFailure } from "../command-failure.js";
import { endpointParameter, includeOption, jsonOption } from "../common-options.js";
import { bindingOf } from "../endpoint.js";
import { ExitCode } from "../exit-code.js";
import { findMethod } from "../find-method.js";
import { invoke } from "../invoke.js";
import { jsonForm } from "../json-form.js";
import { countFindings, readModel, writeDiagnostics } from "../read-model.js";
import { requestValues } from "../request-values.js";
import { jsonText } from "../safe-text.js";
import type { Terminal } from "../terminal.js";
import { UsageError } from "../usage-error.js";

const DEFAULT_TIMEOUT = 30_000;

export const call: Command = {
  name: "call",
  summary: "Call a method of a server with JSON and print its result as JSON.",
  parameters: [
    endpointParameter,
    { name: "INTERFACE.METHOD", help: "As in the IDL file." },
    {
      name: "JSON",
      help: "The [in] parameters, an object by their TypeScript names; - reads it from standard input; default {}.",
      isOptional: true,
    },
  ],
  options: {
    idl: { value: "FILE", isRepeated: true, help: "The IDL file that describes the interface. Needed." },
    include: includeOption,
    timeout: { value: "MS", help: `Wait for the answer at most so long (default ${DEFAULT_TIMEOUT}).` },
    json: { help: `${jsonOption.help} The result is JSON anyway; an error is too then.` },
  },
  notes: [
    "64-bit integers are decimal strings, byte arrays base64, enums their label or number, null pointers null.",
    "Counts that the generated module derives (size_is) are left out. The request is checked before anything is sent.",
    "Methods with system handles cannot be called: no JSON stands for an open file.",
    "Results: no [out] parameter, the returned value alone; else an object, with the returned value as returnValue.",
  ],
  examples: [
    `ncalrpc call hello Hello.Greet '{ "name": "world" }' --idl idl/hello.idl`,
    "ncalrpc call hello Hello.Greet - --idl idl/hello.idl --timeout 2000 < request.json",
  ],
  run: runCall,
};

async function runCall(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const binding = bindingOf(args.positional(0));
  const timeout = args.integer("timeout", 1, 0x7fff_ffff) ?? DEFAULT_TIMEOUT;
  const idl = args.values("idl");
  if (idl.length === 0)
    throw new UsageError("--idl is missing: say which file describes the interface, --idl FILE");
  const { model, diagnostics } = readModel(idl, args.values("include"));
  writeDiagnostics(diagnostics, terminal.reportsColor, terminal.report);
  if (model === null) throw new CommandFailure(`not called: ${countFindings(diagnostics)} in the IDL`);
  // Only here, since the compiler that it brings along takes long to load.
  const { loadInterfaces } = await import("../load-interfaces.js");
  const { definition, method } = findMethod(args.positional(1), model, await loadInterfaces(model));
  if (method.systemHandles !== undefined)
    throw new UsageError(
      `${args.positional(1)} carries system handles, which have no JSON form: call it from a program`,
    );
  const schemas = (await definition.schemas())[method.name];
  if (schemas === undefined) throw new RangeError(`no schemas were generated for ${method.name}`);
  const values = requestValues(method, schemas, await readRequest(args.positionals[2] ?? "{}"));
  const result = await invoke(definition, method, binding, values, timeout);
  terminal.print(jsonText(jsonForm(result)));
  return ExitCode.DONE;
}

async function readRequest(argument: string): Promise<string> {
  return argument === "-" ? await text(process.stdin) : argument;
}
