import type { Model, Type, TypeDefinition, Unit } from "../model.js";
import { modelHash } from "../model-hash.js";

/** The model of one version of one interface, as it is kept. */
export interface FrozenInterface {
  /** `NAME.MAJOR.MINOR` */
  readonly name: string;
  /** The interface and what it uses, without comments and paths: what is kept is what peers rely on. */
  readonly model: Model;
  readonly hash: string;
}

/** Freezes every interface of a model that is not imported. */
export function freezeInterfaces(model: Model): FrozenInterface[] {
  return model.units.flatMap((unit) => {
    if (unit.imported || unit.interface === null) return [];
    const { major, minor } = unit.interface.version;
    const used = usedUnits(unit, model);
    const frozen: Model = {
      format: 1,
      units: model.units
        .filter(({ name }) => used.has(name))
        .map((each) => withoutComments({ ...each, imported: each !== unit })),
    };
    return [{ name: `${unit.name}.${major}.${minor}`, model: frozen, hash: modelHash(frozen) }];
  });
}

/** The text of a frozen model's file. */
export function frozenText(frozen: FrozenInterface): string {
  return `${JSON.stringify(frozen.model, null, 2)}\n`;
}

function withoutComments(unit: Unit): Unit {
  const copy: Unit = JSON.parse(
    JSON.stringify(unit, (key, value: unknown) => (key === "doc" ? null : value)),
  );
  return { ...copy, file: unit.file.split(/[\\/]/).at(-1) ?? unit.file };
}

/** An interface and every unit whose definitions it uses, directly or not. */
function usedUnits(start: Unit, model: Model): ReadonlySet<string> {
  const used = new Set([start.name]);
  const waiting = [start];
  for (let unit = waiting.pop(); unit !== undefined; unit = waiting.pop()) {
    for (const name of referredUnits(unit)) {
      const next = model.units.find((candidate) => candidate.name === name);
      if (next === undefined || used.has(name)) continue;
      used.add(name);
      waiting.push(next);
    }
  }
  return used;
}

function referredUnits(unit: Unit): Set<string> {
  const names = new Set<string>();
  const visit = (type: Type | null): void => {
    if (type === null) return;
    if (type.kind === "named" || type.kind === "union") names.add(type.unit);
    else if (type.kind === "pointer") visit(type.target);
    else if (type.kind === "array") visit(type.element);
  };
  for (const definition of unit.types) for (const type of typesOf(definition)) visit(type);
  for (const method of [...(unit.interface?.methods ?? []), ...(unit.interface?.callbacks ?? [])]) {
    for (const { type } of method.parameters) visit(type);
    visit(method.returns);
  }
  return names;
}

function typesOf(definition: TypeDefinition): (Type | null)[] {
  switch (definition.kind) {
    case "struct":
      return definition.members.map(({ type }) => type);
    case "union":
      return [definition.discriminant, ...definition.arms.map(({ type }) => type)];
    case "alias":
      return [definition.type];
    case "pipe":
      return [definition.element];
    case "enum":
    case "context_handle":
      return [];
  }
}
