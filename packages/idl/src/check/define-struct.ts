import type { StructNode } from "../syntax/ast.js";
import type { CheckContext } from "./check-context.js";
import { resolveFields } from "./resolve-fields.js";
import type { DefinitionUse } from "./resolve-specifier.js";
import { isConformant } from "./resolved-type.js";
import { nameOf, type StructSymbol } from "./symbols.js";

/** Completes a struct whose tag may have been mentioned before, and adds it to the unit. */
export function defineStruct(
  symbol: StructSymbol,
  node: StructNode,
  use: DefinitionUse,
  context: CheckContext,
): void {
  symbol.open = true;
  symbol.unit = context.unit;
  symbol.doc = use.doc;
  symbol.foreign = use.attributes?.foreign ?? null;
  const members = resolveFields(node.members ?? [], "member", symbol, context);
  if (members.length === 0 && node.members?.length === 0) {
    if (context.dialect !== "pidl")
      context.report("IDL0720", symbol.span, { what: "struct", name: nameOf(symbol), part: "member" });
  }
  for (const member of members.slice(0, -1)) {
    if (!isConformant(member.type)) continue;
    if (context.isLax(member.span)) symbol.foreign ??= "a member without a fixed size that is not the last";
    else context.report("IDL0702", member.span, { name: member.name });
  }
  const last = members.at(-1);
  symbol.conformant = last !== undefined && isConformant(last.type);
  symbol.members = members;
  symbol.open = false;
  symbol.unit.types.push(symbol);
}
