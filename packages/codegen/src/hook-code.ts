import type { AliasDefinition } from "@ncalrpc/idl";
import { type Doc, run } from "./doc.js";
import { Frame } from "./frame.js";
import type { ModuleContext } from "./module-context.js";
import { ReadCode } from "./read-code.js";
import { functionCode } from "./struct-code.js";
import { docComment } from "./text.js";
import { WriteCode } from "./write-code.js";

/** Where a hook is: what generated modules import, and the export's name. */
export interface HookSource {
  readonly module: string;
  readonly name: string;
}

/** The type of a converted typedef: what its hook makes of what was sent. */
export function hookedType(context: ModuleContext, alias: AliasDefinition): Doc {
  const type = context.typeName(context.unit.name, alias.name, "type");
  const hook = context.hook(alias.name);
  return [docComment(alias.doc), `export type ${type} = ReturnType<typeof ${hook}.fromWire>;`];
}

/** The reader and the writer of a converted typedef: what is sent, and the conversion. */
export function hookedCodecs(context: ModuleContext, alias: AliasDefinition): Doc[] {
  const unit = context.unit.name;
  const type = context.typeName(unit, alias.name, "type");
  const hook = context.hook(alias.name);
  const frame = new Frame(alias.name, context.index, [], () => "");
  const wire = { type: alias.type, property: null, label: alias.name, range: alias.range, frame };
  const write = functionCode(
    context.typeName(unit, alias.name, "write"),
    [`w: ${context.libraryType("Writer")}`, `value: ${type}`],
    "void",
    [`const wire = ${hook}.toWire(value);`, ...new WriteCode(context).item({ ...wire, text: "wire" })],
  );
  const scope = context.locals("r", "wire");
  const reading = new ReadCode(context, scope).item({ ...wire, local: "wire" });
  const held: Doc[] = reading.holds === "local" ? [] : [["const wire = ", reading.value, ";"]];
  const checks = reading.checks.flatMap((check) => check("wire", context.index.isNullable(alias.type)));
  const read = functionCode(
    context.typeName(unit, alias.name, "read"),
    [`r: ${context.libraryType("Reader")}`],
    type,
    [...reading.declare, ...reading.before, ...held, ...checks, run(`return ${hook}.fromWire`, "wire")],
  );
  return [write, read].map((code) => [docComment("@internal"), "export ", code]);
}
