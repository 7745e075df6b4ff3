import type { Definitions } from "../describe/definitions.js";
import type { Constant, EnumDefinition, Model, Unit } from "../model.js";
import type { Findings } from "./breaking-finding.js";

/** Names that programs use: of types, constants and labels. A name that only moved to another unit is not gone. */
export function compareNames(
  before: Unit,
  after: Unit | null,
  model: Model,
  definitions: { readonly after: Definitions },
  findings: Findings,
): void {
  const file = after?.file ?? before.file;
  for (const definition of before.types) {
    const now = findNamed(definition.name, after, model);
    if (now === null)
      findings.add(
        "type-name-removed",
        file,
        `${before.name}.${definition.name}`,
        `type ${definition.name} is gone`,
      );
    else if (definition.kind === "enum") {
      const { type } = definitions.after.resolve({ kind: "named", unit: now.unit, name: definition.name });
      if (type.kind === "definition" && type.definition.kind === "enum")
        compareLabels(`${before.name}.${definition.name}`, file, definition, type.definition, findings);
    }
  }
  for (const constant of before.constants) {
    const where = `${before.name}.${constant.name}`;
    const now = findConstant(constant.name, after, model);
    if (now === null) findings.add("constant-removed", file, where, `constant ${constant.name} is gone`);
    else if (now.value.value !== constant.value.value)
      findings.add(
        "constant-changed",
        file,
        where,
        `${constant.name} was ${String(constant.value.value)}, is ${String(now.value.value)}`,
      );
  }
}

/** Labels, that keep their names and values: what is sent is a value. */
export function compareLabels(
  where: string,
  file: string,
  before: EnumDefinition,
  after: EnumDefinition,
  findings: Findings,
): void {
  for (const { name, value } of before.labels) {
    const now = after.labels.find((label) => label.name === name);
    if (now !== undefined) {
      if (now.value !== value)
        findings.add("label-value-changed", file, where, `label ${name} was ${value}, is ${now.value}`);
      continue;
    }
    const renamed = after.labels.find(
      (label) => label.value === value && !before.labels.some((old) => old.name === label.name),
    );
    if (renamed !== undefined)
      findings.add("label-renamed", file, where, `label ${name} is called ${renamed.name} now`);
    else if (after.labels.some((label) => label.value === value))
      findings.add(
        "label-renamed",
        file,
        where,
        `label ${name} is gone; its value ${value} has another name`,
      );
    else findings.add("label-removed", file, where, `label ${name} (${value}) is gone`);
  }
}

function findNamed(name: string, unit: Unit | null, model: Model): { readonly unit: string } | null {
  const units = unit === null ? model.units : [unit, ...model.units];
  const found = units.find(({ types }) => types.some((type) => type.name === name));
  return found === undefined ? null : { unit: found.name };
}

function findConstant(name: string, unit: Unit | null, model: Model): Constant | null {
  const units = unit === null ? model.units : [unit, ...model.units];
  for (const { constants } of units) {
    const found = constants.find((constant) => constant.name === name);
    if (found !== undefined) return found;
  }
  return null;
}
