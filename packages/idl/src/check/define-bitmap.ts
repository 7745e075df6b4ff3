import type { Scalar } from "../model.js";
import type { EnumNode } from "../syntax/ast.js";
import type { CheckContext } from "./check-context.js";
import { evaluateInteger } from "./fold-expression.js";
import type { DefinitionUse } from "./resolve-specifier.js";
import type { AliasSymbol, ResolvedType } from "./symbols.js";

const WIDTHS: readonly (readonly [string, Scalar])[] = [
  ["bitmap8bit", "uint8"],
  ["bitmap16bit", "uint16"],
  ["bitmap64bit", "uint64"],
];

/** pidl's bitmap: an unsigned integer, 32 bits unless an attribute says otherwise, and a constant for each name. */
export function defineBitmap(node: EnumNode, use: DefinitionUse, context: CheckContext): AliasSymbol {
  const scalar = WIDTHS.find(([name]) => use.attributes?.has(name))?.[1] ?? "uint32";
  for (const label of node.labels ?? []) {
    const value = label.value === null ? null : evaluateInteger(label.value, context);
    if (value === null) continue;
    const { name } = label;
    const constant = { kind: "integer", scalar, value: value.toString() } as const;
    context.declare(name, { kind: "constant", value: constant, span: name.span });
    context.unit.constants.push({ name: name.text, doc: label.doc, value: constant, span: name.span });
  }
  const type: ResolvedType = { kind: "scalar", scalar };
  const symbol: AliasSymbol = {
    kind: "alias",
    naming: use.naming,
    unit: context.unit,
    span: node.tag?.span ?? use.span,
    doc: use.doc,
    foreign: null,
    type,
    bare: type,
    opaque: false,
    handle: null,
    range: null,
    hook: null,
    conformant: false,
  };
  context.unit.types.push(symbol);
  return symbol;
}
