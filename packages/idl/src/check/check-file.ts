import { basename } from "node:path";
import type { Reporter } from "../diagnostics/reporter.js";
import type { Declaration, FileNode, InterfaceNode } from "../syntax/ast.js";
import { attributeTable } from "../syntax/attribute-table.js";
import { AttributeSet } from "./attribute-set.js";
import { CheckContext } from "./check-context.js";
import { checkMethod } from "./check-method.js";
import { declareConstant } from "./declare-constant.js";
import { declareType, declareTypedef } from "./declare-typedef.js";
import { readHeader, readPointerDefault } from "./interface-header.js";
import { NameClashes } from "./name-clashes.js";
import type { FileScope } from "./scope.js";
import type { UnitBuilder } from "./symbols.js";

/** What the check of one file needs, and where it puts its units. */
export interface FileCheck {
  readonly file: FileNode;
  readonly imported: boolean;
  readonly scope: FileScope;
  readonly reporter: Reporter;
  readonly deferred: (() => void)[];
  readonly units: UnitBuilder[];
}

/** Checks a file whose imports are checked already. */
export function checkFile(check: FileCheck): void {
  const { file, imported, scope, reporter, deferred, units } = check;
  const path = file.source.path;
  const definitions: UnitBuilder = {
    kind: "definitions",
    name: basename(path).replace(/\.idl$/i, ""),
    file: path,
    imported,
    doc: null,
    span: { source: file.source, start: 0, end: 0 },
    constants: [],
    types: [],
    interface: null,
  };
  const context = new CheckContext({
    reporter,
    scope,
    unit: definitions,
    pointerDefault: "unique",
    deferred,
  });
  units.push(definitions);
  for (const item of file.items) {
    if (item.kind === "interface") checkInterface(item, check);
    else if (item.kind === "method") context.report("IDL0805", item.name.span, { name: item.name.text });
    else if (item.kind !== "import" && item.kind !== "ignored") checkDefinition(item, context);
  }
}

function checkInterface(node: InterfaceNode, check: FileCheck): void {
  const { file, imported, scope, reporter, deferred, units } = check;
  scope.declareInterface(node.name.text);
  if (node.items === null) return;
  const unit: UnitBuilder = {
    kind: "interface",
    name: node.name.text,
    file: file.source.path,
    imported,
    doc: node.doc,
    span: node.name.span,
    constants: [],
    types: [],
    interface: null,
  };
  const bare = new CheckContext({ reporter, scope, unit, pointerDefault: "unique", deferred });
  const attributes = new AttributeSet(node.attributes, "interface", bare);
  // The body of a COM or local interface means something else: one report is enough.
  if (node.attributes.some((attribute) => isUnsupported(attribute.name.text))) return;
  if (node.base !== null) {
    bare.report("IDL0301", node.base.span, { feature: "interface inheritance" });
    return;
  }
  const report: CheckContext["report"] = (id, span, details, hint) =>
    reporter.report(id, span, details, hint);
  const pointerDefault = readPointerDefault(attributes, report);
  const context = new CheckContext({ reporter, scope, unit, pointerDefault, deferred });
  unit.interface = { ...readHeader(node, attributes, report), methods: [] };
  units.push(unit);
  const clashes = new NameClashes(reporter);
  for (const item of node.items) {
    if (item.kind === "interface")
      context.report("IDL0301", item.name.span, { feature: "an interface inside an interface" });
    else if (item.kind === "method") {
      clashes.add(item.name.text, item.name.span, true);
      unit.interface.methods.push(checkMethod(item, context));
    } else if (item.kind !== "import" && item.kind !== "ignored") checkDefinition(item, context);
  }
}

function checkDefinition(item: Exclude<Declaration, { kind: "method" }>, context: CheckContext): void {
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
      context.report("IDL0301", item.span, { feature: item.feature });
      break;
  }
}

function isUnsupported(attribute: string): boolean {
  return attributeTable.get(attribute)?.effect === "unsupported";
}
