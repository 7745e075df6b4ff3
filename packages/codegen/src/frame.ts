import type { ArrayType, Expression, Member, UnionDefinition } from "@ncalrpc/idl";
import { asNumber, type Operands, operandNames, type Term } from "./expression.js";
import type { ModelIndex } from "./model-index.js";

/** The members that a struct's or a method's expressions range over, and how code at hand reaches their values. */
export class Frame {
  /** For messages: the struct's or the method's name in IDL. */
  readonly label: string;
  readonly #index: ModelIndex;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #access: (member: Member) => string;
  readonly #unknown: ReadonlySet<string>;

  /**
   * `access` is asked for counts too if `readsCounts`: then they are at hand, instead of derived from what they count.
   * `unknown` are the members whose values are not there yet.
   */
  constructor(
    label: string,
    index: ModelIndex,
    members: readonly Member[],
    access: (member: Member) => string,
    readsCounts = false,
    unknown: ReadonlySet<string> = new Set(),
  ) {
    this.#unknown = unknown;
    this.label = label;
    this.#index = index;
    this.#members = new Map(members.map((member) => [member.name, member]));
    this.#access = access;
    this.operands = (name) => {
      const member = this.member(name);
      if (readsCounts || !this.#isDerived(member)) return asNumber(index, member, access(member));
      return member.switchOf === null ? this.derivedCount(member) : this.#tagTerm(member);
    };
  }

  readonly operands: Operands;

  member(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new RangeError(`The model's ${this.label} has no ${name}`);
    return member;
  }

  value(member: Member): string {
    return this.#access(member);
  }

  /** Whether code at hand reaches all that an expression names. */
  knows(expression: Expression): boolean {
    return operandNames(expression).every((name) => !this.#unknown.has(name));
  }

  /** Whether an expression is no more than a count that values do not have. */
  isDerived(expression: Expression | null): boolean {
    return expression?.kind === "name" && this.#isDerived(this.member(expression.name));
  }

  #isDerived(member: Member): boolean {
    return member.countOf !== null || member.switchOf !== null;
  }

  /** The tag that is derived from its union, as the union holds it. */
  derivedTag(tag: Member): string {
    const chosen = this.member(tag.switchOf ?? tag.name);
    return tagText(this.#index.union(chosen.type), this.#access(chosen));
  }

  #tagTerm(tag: Member): Term {
    const union = this.#index.union(this.member(tag.switchOf ?? tag.name).type);
    return tagTerm(this.#index, union, this.derivedTag(tag));
  }

  /** The value of a count that is derived: 0 for a null pointer to what it counts. */
  derivedCount(count: Member): Term {
    const counted = this.member(count.countOf ?? count.name);
    let text = this.#access(counted);
    let isOptional = false;
    let type = this.#index.resolve(counted.type);
    for (; type.kind === "pointer"; type = this.#index.resolve(type.target)) {
      if (type.pointer === "ref") continue;
      if (this.#index.isNullable(type.target)) text += "?.value";
      isOptional = true;
    }
    return isOptional
      ? { text: `${text}?.length ?? 0`, operator: "??" }
      : { text: `${text}.length`, operator: null };
  }
}

/** The discriminant of a union's value `text`. */
export function tagText(union: UnionDefinition | null, text: string): string {
  const hasDefault = union?.arms.some(({ isDefault }) => isDefault) ?? false;
  return hasDefault ? `${text}.tag === "default" ? ${text}.discriminant : ${text}.tag` : `${text}.tag`;
}

/** The same as a number. */
export function tagTerm(index: ModelIndex, union: UnionDefinition | null, text: string): Term {
  if (union !== null && index.valueKind(union.discriminant) !== "number") {
    return { text: `Number(${text})`, operator: null };
  }
  return { text, operator: text.includes(" ? ") ? "?" : null };
}

/** The names in an array's size_is, length_is and first_is. */
export function arrayControls(array: ArrayType): string[] {
  return [array.size, array.length, array.first].flatMap(operandNames);
}
