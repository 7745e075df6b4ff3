import type { EnumNode, LabelNode } from "../syntax/ast.js";
import type { CheckContext } from "./check-context.js";
import { evaluateInteger } from "./fold-expression.js";
import { NameClashes } from "./name-clashes.js";
import type { DefinitionUse } from "./resolve-specifier.js";
import { type EnumSymbol, nameOf } from "./symbols.js";

/** Defines an enum and its labels, which are names of the whole file. */
export function defineEnum(node: EnumNode, use: DefinitionUse, context: CheckContext): EnumSymbol {
  const labels: EnumSymbol["labels"][number][] = [];
  const clashes = new NameClashes(context.reporter, (name) => name.toLowerCase());
  let next = 0n;
  for (const label of node.labels ?? []) {
    const value = labelValue(label, next, use.wide, context);
    clashes.add(label.name.text, label.name.span);
    context.declare(label.name, { kind: "label", value, span: label.name.span });
    labels.push({ name: label.name.text, value: Number(value), doc: label.doc });
    next = value + 1n;
  }
  const span = node.tag?.span ?? use.span;
  const { naming, doc, wide } = use;
  const foreign = use.attributes?.foreign ?? null;
  const symbol: EnumSymbol = { kind: "enum", naming, unit: context.unit, span, doc, foreign, wide, labels };
  if (labels.length === 0)
    context.report("IDL0720", span, { what: "enum", name: nameOf(symbol), part: "label" });
  context.unit.types.push(symbol);
  return symbol;
}

/** 16-bit enums hold 0 to 32767 on the wire, v1_enum 32 bits with a sign. */
function labelValue(label: LabelNode, next: bigint, wide: boolean, context: CheckContext): bigint {
  const given = label.value === null ? next : (evaluateInteger(label.value, context) ?? next);
  const value = given > 0x7fffffffn && given <= 0xffffffffn ? BigInt.asIntN(32, given) : given;
  if (value < -0x80000000n || value > 0x7fffffffn) {
    const wrapped = BigInt.asIntN(32, given);
    context.report("IDL0502", label.span, { value, type: "an enum", wide: wrapped });
    return wrapped;
  }
  if (!wide && (value < 0n || value > 32767n) && !context.unit.imported)
    context.report("IDL0710", label.span, { name: label.name.text, value });
  return value;
}
