import type { Attribute } from "../syntax/ast.js";

/** The first attribute of one of these names, or null. */
export function attributeOf(
  node: { readonly attributes: readonly Attribute[] },
  ...names: readonly string[]
): Attribute | null {
  return node.attributes.find(({ name }) => names.includes(name.text)) ?? null;
}
