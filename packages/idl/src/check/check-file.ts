import { basename } from "node:path";
import type { Reporter } from "../diagnostics/reporter.js";
import type { Dialect } from "../dialect.js";
import type { Declaration, FileNode, InterfaceNode, Item } from "../syntax/ast.js";
import { AttributeSet } from "./attribute-set.js";
import { CheckContext } from "./check-context.js";
import { checkMethods } from "./check-methods.js";
import { declareConstant } from "./declare-constant.js";
import { declareType, declareTypedef } from "./declare-typedef.js";
import { defaultPointer, isUuid, readHeader, readPointerDefault } from "./interface-header.js";
import type { FileScope } from "./scope.js";
import type { UnitBuilder } from "./symbols.js";

/** What the check of one file needs, and where it puts its units. */
export interface FileCheck {
  readonly file: FileNode;
  readonly imported: boolean;
  readonly builtIn: boolean;
  readonly dialect: Dialect;
  readonly scope: FileScope;
  readonly reporter: Reporter;
  readonly prelude: CheckContext["prelude"];
  readonly deferred: (() => void)[];
  readonly units: UnitBuilder[];
}

/** Checks a file whose imports are checked already. */
export function checkFile(check: FileCheck): void {
  const { file, dialect } = check;
  const { path } = file.source;
  const span = { source: file.source, start: 0, end: 0 };
  const definitions = newUnit(check, "definitions", basename(path).replace(/\.(idl|h)$/i, ""), span, null);
  const pointerDefault = defaultPointer(dialect);
  const context = new CheckContext({ ...check, unit: definitions, pointerDefault, msUnion: false });
  check.units.push(definitions);
  expectDefinitions(file.items, check.scope);
  // MIDL lets an interface be mentioned before it is declared.
  for (const item of file.items) {
    if (item.kind === "interface") check.scope.declareInterface(item.name.text);
    else if (item.kind === "unsupported")
      for (const name of item.interfaces ?? []) check.scope.declareInterface(name);
  }
  for (const item of file.items) {
    if (item.kind === "interface") checkInterface(item, check);
    else if (item.kind === "method") {
      const isLocal = item.attributes.some(({ name }) => name.text === "local");
      if (!isLocal) context.report("IDL0805", item.name.span, { name: item.name.text });
    } else if (item.kind !== "import" && item.kind !== "ignored") checkDefinition(item, context, check);
  }
}

function expectDefinitions(items: readonly Item[], scope: FileScope): void {
  for (const item of items) {
    if (item.kind === "interface") expectDefinitions(item.items ?? [], scope);
    if (item.kind !== "typedef" && item.kind !== "type") continue;
    const { type } = item;
    const isDefined =
      (type.kind === "struct" && type.members !== null) || (type.kind === "union" && type.arms !== null);
    if (!isDefined || type.tag === null) continue;
    const definition = { what: type.kind, tag: type.tag };
    scope.expectDefinition(type.tag.text, definition);
    for (const { name, levels } of item.kind === "typedef" ? item.declarators : [])
      if (name !== null && levels.length === 0) scope.expectDefinition(name.text, definition);
  }
}

function newUnit(
  { file, imported, builtIn }: FileCheck,
  kind: UnitBuilder["kind"],
  name: string,
  span: UnitBuilder["span"],
  doc: string | null,
): UnitBuilder {
  const { path } = file.source;
  return { kind, builtIn, name, file: path, imported, doc, span, constants: [], types: [], interface: null };
}

function checkInterface(node: InterfaceNode, check: FileCheck): void {
  const { reporter, dialect, units } = check;
  const { name, doc, items } = node;
  if (items === null) return;
  const kind = interfaceKind(node, dialect);
  const isUnbound = kind === "local" && node.attributes.some(({ name }) => name.text === "uuid");
  const unit = newUnit(check, kind === "remote" ? "interface" : "definitions", name.text, name.span, doc);
  const bare = new CheckContext({ ...check, unit, pointerDefault: "unique", msUnion: false });
  const attributes = new AttributeSet(node.attributes, "interface", bare);
  const report: CheckContext["report"] = (id, span, details, hint) =>
    reporter.report(id, span, details, hint);
  const pointerDefault = readPointerDefault(attributes, dialect, report);
  const context = new CheckContext({
    ...check,
    unit,
    pointerDefault,
    msUnion: attributes.has("ms_union"),
  });
  units.push(unit);
  if (kind === "remote") {
    const header = readHeader(node, attributes, report);
    if (attributes.foreign !== null && dialect !== "pidl")
      report("IDL0302", name.span, { name: attributes.foreign });
    unit.interface = { ...header, attributes: [...attributes.extra], methods: [], callbacks: [] };
  } else if (kind === "object" && !check.imported) {
    const details = { what: `interface '${name.text}'`, feature: "it is an interface of COM", advice: COM };
    context.report("IDL0303", name.span, details);
  } else if (isUnbound && dialect === "pidl" && !check.imported) {
    const feature = "its uuid is malformed, so that nobody can bind to it";
    context.report("IDL0303", name.span, {
      what: `interface '${name.text}'`,
      feature,
      advice: "the types that it defines are",
    });
  }
  for (const item of items) {
    if (item.kind === "interface")
      context.report("IDL0301", item.name.span, { feature: "an interface inside an interface" }, NESTED);
    else if (item.kind !== "method" && item.kind !== "import" && item.kind !== "ignored")
      checkDefinition(item, context, check);
    else if (item.kind === "method" && unit.interface !== null)
      checkMethods(item, unit.interface, node, context);
  }
}

const COM = "the types that it defines are; COM itself is out of reach here";
const NESTED = "end the one around it first: interfaces stand beside one another";

/** What only declares types is `local`: without stubs, and with nothing to identify. */
function interfaceKind(node: InterfaceNode, dialect: Dialect): "remote" | "object" | "local" {
  const has = (...names: readonly string[]) =>
    node.attributes.some((attribute) => names.includes(attribute.name.text));
  if (has("object", "odl", "dual", "oleautomation") || node.base !== null) return "object";
  if (has("local")) return "local";
  const isTypesOnly = node.items?.every((item) => item.kind !== "method") === true;
  // Samba's files give formats that are no interfaces a uuid that is none.
  const uuid = node.attributes.find(({ name }) => name.text === "uuid");
  if (dialect === "pidl" && uuid !== undefined && !isUuid(uuid.text ?? "")) return "local";
  return uuid === undefined && (isTypesOnly || dialect === "pidl") ? "local" : "remote";
}

function checkDefinition(
  item: Exclude<Declaration, { kind: "method" }>,
  context: CheckContext,
  check: FileCheck,
): void {
  switch (item.kind) {
    case "constant":
      declareConstant(item, context);
      break;
    case "typedef":
      declareTypedef(item, context);
      break;
    case "type":
      declareType(item, context);
      break;
    case "unsupported":
      for (const name of item.interfaces ?? []) context.scope.declareInterface(name);
      if (check.imported) break;
      context.report("IDL0303", item.span, {
        what: item.feature,
        feature: "only type libraries have it",
        advice: "nothing depends on it here",
      });
      break;
  }
}
