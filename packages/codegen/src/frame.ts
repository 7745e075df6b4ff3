import type { ArrayType, Expression, Member } from "@ncalrpc/idl";
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
      if (readsCounts || member.countOf === null) return asNumber(index, member, access(member));
      return this.derivedCount(member);
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
    return expression?.kind === "name" && this.member(expression.name).countOf !== null;
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
    if (type.kind === "string") {
      const units = `${text}.length + 1`;
      return isOptional
        ? { text: `${text} === null ? 0 : ${units}`, operator: "?" }
        : { text: units, operator: "+" };
    }
    return isOptional
      ? { text: `${text}?.length ?? 0`, operator: "??" }
      : { text: `${text}.length`, operator: null };
  }
}

/** The names in an array's size_is, length_is and first_is. */
export function arrayControls(array: ArrayType): string[] {
  return [array.size, array.length, array.first].flatMap(operandNames);
}

/** Whether an array is sent with its offset and actual count. */
export function isVarying(array: ArrayType): boolean {
  return array.length !== null || array.first !== null;
}
