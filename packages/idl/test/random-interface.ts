import type { BreakingRuleId } from "../src/index.js";
import type { Random } from "./random.js";

interface Parameter {
  name: string;
  direction: "in" | "out" | "in, out";
  type: string;
  range: [number, number] | null;
}

interface Method {
  name: string;
  returns: string;
  parameters: Parameter[];
}

/** An interface that can be edited and printed. */
export class Draft {
  minor = 0;
  name = "Random";
  fresh = 0;
  /** Each is used by a method, by value and [in]. */
  members: { name: string; type: string }[] = [];
  labels: { name: string; value: number }[] = [];
  methods: Method[] = [];
  comments = 0;

  text(): string {
    const members = this.members.map(({ name, type }) => `${type} ${name};`).join(" ");
    const labels = this.labels.map(({ name, value }) => `${name} = ${value}`).join(", ");
    const methods = this.methods.map(
      ({ name, returns, parameters }) => `${returns} ${name}(${parameters.map(parameterText).join(", ")});`,
    );
    return [
      `[uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.${this.minor}), pointer_default(unique)]`,
      `interface ${this.name} {`,
      "/** c */ ".repeat(this.comments),
      `typedef struct { ${members} } Shape;`,
      `typedef enum { ${labels} } Choice;`,
      "void UseShape([in] Shape shape);",
      "void UseChoice([in] Choice choice);",
      ...methods,
      "}",
    ].join("\n");
  }

  copy(): Draft {
    const copy = new Draft();
    Object.assign(copy, structuredClone({ ...this }));
    return copy;
  }

  next(prefix: string): string {
    this.fresh += 1;
    return `${prefix}${this.fresh}q`;
  }
}

const SCALARS = ["boolean", "small", "short", "long", "hyper", "double", "unsigned long", "wchar_t"];
const INTEGERS = ["small", "short", "long", "unsigned long", "unsigned short"];

function parameterText({ name, direction, type, range }: Parameter): string {
  const bounds = range === null ? "" : `, range(${range[0]}, ${range[1]})`;
  return `[${direction}${bounds}] ${type}${direction === "in" ? "" : " *"} ${name}`;
}

export function randomInterface(random: Random): Draft {
  const draft = new Draft();
  for (let count = 1 + random.below(4); count > 0; count -= 1)
    draft.members.push({ name: draft.next("member"), type: random.pick(SCALARS) });
  for (let value = 0; value < 2 + random.below(4); value += 1)
    draft.labels.push({ name: draft.next("LABEL"), value });
  for (let count = 1 + random.below(5); count > 0; count -= 1)
    draft.methods.push(randomMethod(draft, random));
  return draft;
}

function randomMethod(draft: Draft, random: Random): Method {
  const parameters: Parameter[] = [];
  for (let count = random.below(5); count > 0; count -= 1) {
    const isRanged = random.below(2) === 0;
    parameters.push({
      name: draft.next("value"),
      direction: random.pick(["in", "out", "in, out"]),
      type: random.pick(isRanged ? INTEGERS : SCALARS),
      range: isRanged ? [10, 20 + random.below(60)] : null,
    });
  }
  return { name: draft.next("Method"), returns: random.pick(["void", "long", "hyper"]), parameters };
}

export interface Evolution {
  readonly after: Draft;
  readonly edit: string;
  readonly expected: readonly BreakingRuleId[];
}

type Edit = (draft: Draft, random: Random) => readonly BreakingRuleId[] | null;

const other = (random: Random, words: readonly string[], old: string) =>
  random.pick(words.filter((word) => word !== old));

/** Edits and what they break; null where one has nothing to edit. */
const edits: Readonly<Record<string, Edit>> = {
  comment: (draft) => {
    draft.comments += 1;
    return [];
  },
  "raise the minor version": (draft) => {
    draft.minor += 1;
    return [];
  },
  "rename the interface": (draft) => {
    draft.name = "Renamed";
    return ["interface-renamed"];
  },
  "append a method": (draft, random) => {
    draft.methods.push(randomMethod(draft, random));
    draft.minor += 1;
    return [];
  },
  "append a method, same version": (draft, random) => {
    draft.methods.push(randomMethod(draft, random));
    return ["minor-version-not-raised"];
  },
  "remove the last method": (draft) => (draft.methods.pop() === undefined ? null : ["method-removed"]),
  "insert a method in front": (draft, random) => {
    draft.minor += 1;
    const { length } = draft.methods;
    draft.methods.unshift(randomMethod(draft, random));
    return length === 0 ? [] : ["method-moved"];
  },
  "rename a method": (draft, random) => {
    if (draft.methods.length === 0) return null;
    random.pick(draft.methods).name = draft.next("Renamed");
    return ["method-renamed"];
  },
  "append a parameter": (draft, random) => {
    if (draft.methods.length === 0) return null;
    random
      .pick(draft.methods)
      .parameters.push({ name: draft.next("value"), direction: "in", type: "long", range: null });
    return ["parameter-added"];
  },
  "remove the last parameter": (draft) =>
    pickMethod(draft)?.parameters.pop() === undefined ? null : ["parameter-removed"],
  "rename a parameter": (draft, random) => {
    const parameter = pickParameter(draft, random);
    if (parameter === null) return null;
    parameter.name = draft.next("renamed");
    return ["parameter-renamed"];
  },
  "turn a parameter around": (draft, random) => {
    const parameter = pickParameter(draft, random);
    if (parameter === null) return null;
    parameter.direction = parameter.direction === "out" ? "in, out" : "out";
    return ["direction-changed"];
  },
  "change a parameter's type": (draft, random) => {
    const parameter = pickParameter(draft, random);
    if (parameter === null) return null;
    parameter.type = other(random, parameter.range === null ? SCALARS : INTEGERS, parameter.type);
    return ["type-changed"];
  },
  "change a result": (draft, random) => {
    if (draft.methods.length === 0) return null;
    const method = random.pick(draft.methods);
    method.returns = other(random, ["void", "long", "hyper"], method.returns);
    return ["type-changed"];
  },
  "narrow a range": (draft, random) =>
    moveRange(draft, random, -5, ({ direction }) => (direction === "out" ? [] : ["range-narrowed"])),
  "widen a range": (draft, random) =>
    moveRange(draft, random, 5, ({ direction }) => (direction === "in" ? [] : ["range-widened"])),
  "append a member": (draft) => {
    draft.members.push({ name: draft.next("member"), type: "long" });
    return ["member-added"];
  },
  "rename a member": (draft, random) => {
    random.pick(draft.members).name = draft.next("renamed");
    return ["member-renamed"];
  },
  "change a member's type": (draft, random) => {
    const member = random.pick(draft.members);
    member.type = other(random, SCALARS, member.type);
    return ["type-changed"];
  },
  "append a label": (draft) => {
    draft.labels.push({ name: draft.next("LABEL"), value: 100 });
    return [];
  },
  "remove a label": (draft) => (draft.labels.pop() === undefined ? null : ["label-removed"]),
  "rename a label": (draft, random) => {
    random.pick(draft.labels).name = draft.next("RENAMED");
    return ["label-renamed"];
  },
  "move a label": (draft, random) => {
    random.pick(draft.labels).value = 200;
    return ["label-value-changed"];
  },
};

function pickMethod(draft: Draft): Method | undefined {
  return draft.methods.find(({ parameters }) => parameters.length > 0);
}

function pickParameter(draft: Draft, random: Random): Parameter | null {
  const parameters = draft.methods.flatMap((method) => method.parameters);
  return parameters.length === 0 ? null : random.pick(parameters);
}

/** With a raised minor version, so that only the other side's old version counts. */
function moveRange(
  draft: Draft,
  random: Random,
  by: number,
  verdict: (parameter: Parameter) => readonly BreakingRuleId[],
): readonly BreakingRuleId[] | null {
  const ranged = draft.methods.flatMap(({ parameters }) => parameters).filter(({ range }) => range !== null);
  if (ranged.length === 0) return null;
  const parameter = random.pick(ranged);
  if (parameter.range !== null) parameter.range = [parameter.range[0], parameter.range[1] + by];
  draft.minor += 1;
  return verdict(parameter);
}

/** One random edit of a draft, with the rules that it breaks. */
export function evolve(before: Draft, random: Random): Evolution {
  while (true) {
    const after = before.copy();
    const edit = random.pick(Object.keys(edits));
    const expected = edits[edit]?.(after, random) ?? null;
    if (expected !== null) return { after, edit, expected };
  }
}
