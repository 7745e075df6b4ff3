import type { BaseType, Declarator, FileNode, Item, TypedefNode, TypeSpecifier } from "../syntax/ast.js";
import { attributeOf } from "./attribute-of.js";

/** What a name of a type stands for, as far as rules ask. */
export interface KnownType {
  readonly base: BaseType | "enum" | "other";
  /** Whether a typedef on the way gives a range. */
  readonly hasRange: boolean;
  /** Whether a typedef on the way is a [string]. */
  readonly isString: boolean;
  readonly pointers: number;
}

const UNKNOWN: KnownType = { base: "other", hasRange: false, isString: false, pointers: 0 };
const LONGEST = 32;

/** Typedefs by their names, those of every file that was read. */
export class TypeTable {
  readonly #typedefs = new Map<string, { readonly node: TypedefNode; readonly declarator: Declarator }>();

  constructor(files: readonly FileNode[]) {
    for (const file of files) this.#add(file.items);
  }

  #add(items: readonly Item[]): void {
    for (const item of items) {
      if (item.kind === "interface") this.#add(item.items ?? []);
      if (item.kind !== "typedef") continue;
      for (const declarator of item.declarators) {
        if (declarator.name !== null) this.#typedefs.set(declarator.name.text, { node: item, declarator });
      }
    }
  }

  /** Looks through typedefs. */
  resolve(type: TypeSpecifier): KnownType {
    let found = UNKNOWN;
    let current = type;
    for (let steps = 0; steps < LONGEST; steps += 1) {
      if (current.kind === "base") return { ...found, base: current.base };
      if (current.kind === "enum") return { ...found, base: "enum" };
      const next = current.kind === "reference" ? this.#typedefs.get(current.name.text) : undefined;
      if (next === undefined) return found;
      found = {
        base: "other",
        hasRange: found.hasRange || attributeOf(next.node, "range") !== null,
        isString: found.isString || attributeOf(next.node, "string") !== null,
        pointers: found.pointers + next.declarator.levels.length,
      };
      current = next.node.type;
    }
    return found;
  }
}
