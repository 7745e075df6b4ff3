import type { Attribute as ModelAttribute } from "../model.js";
import type { Attribute, Expression } from "../syntax/ast.js";
import { type AttributePlace, attributeTable } from "../syntax/attribute-table.js";
import type { CheckContext } from "./check-context.js";
import { suggest } from "./suggest.js";

/** The attributes of one declaration that have an effect, after the checks that hold for all of them. */
export class AttributeSet {
  readonly #attributes = new Map<string, Attribute>();
  readonly #extra: ModelAttribute[] = [];
  #faulty = false;
  #foreign: string | null = null;

  constructor(attributes: readonly Attribute[], place: AttributePlace, context: CheckContext) {
    const errors = context.reporter.errorCount;
    for (const attribute of attributes) this.#add(attribute, place, context);
    this.#faulty = context.reporter.errorCount > errors;
  }

  /** True if one was refused, so that what the others say together is not to be judged. */
  get faulty(): boolean {
    return this.#faulty;
  }

  /** Names what stands here and keeps the declaration from being generated; null if nothing does. */
  get foreign(): string | null {
    return this.#foreign;
  }

  /** Those that change nothing here, for back ends that know more. */
  get extra(): readonly ModelAttribute[] {
    return this.#extra;
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  get(name: string): Attribute | undefined {
    return this.#attributes.get(name);
  }

  /** The expressions of a `size_is` and its like; empty if it is absent. */
  expressions(name: string): readonly (Expression | null)[] {
    return this.#attributes.get(name)?.arguments ?? [];
  }

  /** The first of some attributes that is present. */
  first(...names: readonly string[]): Attribute | undefined {
    const present = names.find((name) => this.has(name));
    return present === undefined ? undefined : this.get(present);
  }

  #add(attribute: Attribute, place: AttributePlace, context: CheckContext): void {
    const { text: name, span } = attribute.name;
    const record = attributeTable.get(name);
    if (name === "ignore" && context.dialect === "pidl") {
      this.#foreign ??= "attribute 'ignore'";
    } else if (record === undefined) {
      const hint = suggest(name, context.reporter.full ? [] : attributeTable.keys());
      context.report("IDL0206", span, { name }, hint);
    } else if (record.effect === "unsupported") {
      if (!isPrinting(attribute)) this.#foreign ??= `attribute '${name}'`;
    } else if (!record.places.includes(place) && context.dialect === "pidl") {
      // pidl does not look at what it does not expect.
      context.report("IDL0210", span, { name });
    } else if (!record.places.includes(place)) {
      context.report("IDL0209", span, { name, place, places: record.places.join(", ") });
    } else if (this.has(name) && record.effect === "supported") {
      context.report("IDL0207", span, { name });
    } else if (record.effect === "ignored") {
      context.report("IDL0210", span, { name });
    } else if (record.arguments === "none" && attribute.text !== null) {
      context.report("IDL0208", attribute.span, { name, needs: "no arguments", example: name });
    } else if (record.effect === "supported" && record.arguments !== "none" && !attribute.text) {
      if (attribute.text === "" || (attribute.arguments === null && attribute.type === null)) {
        context.report("IDL0208", attribute.span, {
          name,
          needs: "arguments",
          example: EXAMPLES[name] ?? `${name}(n)`,
        });
      }
    } else {
      this.#attributes.set(name, attribute);
      if (record.effect === "harmless") this.#extra.push({ name, text: attribute.text });
    }
  }
}

/** pidl's `flag(NDR_PAHEX)` and its like only concern how a value is printed. */
function isPrinting({ name, text }: Attribute): boolean {
  return (
    name.text === "flag" && /^(?:\s*\|?\s*(?:NDR_PAHEX|NDR_SECRET|LIBNDR_PRINT_ARRAY_HEX))+$/.test(text ?? "")
  );
}

const EXAMPLES: Readonly<Record<string, string>> = {
  uuid: "uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10)",
  version: "version(1.0)",
  endpoint: 'endpoint("ncalrpc:[name]")',
  pointer_default: "pointer_default(unique)",
  range: "range(0, 100)",
  switch_type: "switch_type(long)",
  system_handle: "system_handle(sh_file)",
  transmit_as: "transmit_as(long)",
  wire_marshal: "wire_marshal(long)",
};
