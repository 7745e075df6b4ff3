import type { Scalar } from "../model.js";
import type { EnumNode } from "../syntax/ast.js";
import type { CheckContext } from "./check-context.js";
import { evaluateInteger } from "./fold-expression.js";
import { foreignPart } from "./foreign-expression.js";
import type { DefinitionUse } from "./resolve-specifier.js";
import type { AliasSymbol, ResolvedType } from "./symbols.js";

const WIDTHS: readonly (readonly [string, Scalar])[] = [
  ["enum8bit", "uint8"],
  ["enum16bit", "uint16"],
  ["bitmap8bit", "uint8"],
  ["bitmap16bit", "uint16"],
  ["bitmap64bit", "uint64"],
];

/**
 * pidl's bitmap, or its enum of a width that NDR's do not have: an unsigned integer, 32 bits unless an attribute says
 * otherwise, and a constant for each name.
 */
export function defineBitmap(node: EnumNode, use: DefinitionUse, context: CheckContext): AliasSymbol {
  const scalar = WIDTHS.find(([name]) => use.attributes?.has(name))?.[1] ?? "uint32";
  let next = 0n;
  for (const label of node.labels ?? []) {
    const feature = label.value === null ? null : foreignPart(label.value, context, null);
    if (feature !== null) {
      const what = `constant '${label.name.text}'`;
      context.report("IDL0303", label.span, {
        what,
        feature: `it holds ${feature}`,
        advice: "everything else is",
      });
      continue;
    }
    const value = label.value === null ? next : evaluateInteger(label.value, context);
    if (value === null) continue;
    next = value + 1n;
    const { name } = label;
    const constant = { kind: "integer", scalar, value: value.toString() } as const;
    if (!context.declare(name, { kind: "constant", value: constant, span: name.span })) continue;
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
