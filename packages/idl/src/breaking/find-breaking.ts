import { Definitions } from "../describe/definitions.js";
import type { Model, Unit } from "../model.js";
import { type BreakingFinding, Findings } from "./breaking-finding.js";
import { compareMethods } from "./compare-methods.js";
import { compareNames } from "./compare-names.js";
import { TypeComparison } from "./compare-types.js";

/**
 * What breaks if `after` takes the place of `before`. Only interfaces and definitions of the files that were compiled for
 * themselves count, not those that are imported. Interfaces are the same if their uuids and major versions are.
 */
export function findBreaking(before: Model, after: Model): readonly BreakingFinding[] {
  const findings = new Findings();
  const definitions = { before: new Definitions(before), after: new Definitions(after) };
  for (const unit of before.units) {
    if (unit.imported) continue;
    if (unit.interface === null) {
      const same = after.units.find(({ kind, name }) => kind === "definitions" && name === unit.name);
      compareNames(unit, same ?? null, after, definitions, findings);
      continue;
    }
    const successor = findSuccessor(unit, after, findings);
    if (successor?.interface == null) continue;
    compareNames(unit, successor, after, definitions, findings);
    const minorRaised = successor.interface.version.minor > unit.interface.version.minor;
    const types = new TypeComparison(definitions, findings, successor.file, minorRaised);
    const versions = { before: unit.interface, after: successor.interface };
    compareMethods(unit.name, versions, { findings, file: successor.file, types, minorRaised });
  }
  return findings.all;
}

/** The unit that takes an interface's place; null, with a finding, if there is none. */
function findSuccessor(unit: Unit, after: Model, findings: Findings): Unit | null {
  const old = unit.interface;
  if (old === null) return null;
  const named = `${unit.name} ${versionText(unit)}`;
  const sameUuid = after.units.filter((candidate) => candidate.interface?.uuid === old.uuid);
  const successor = sameUuid.find((candidate) => candidate.interface?.version.major === old.version.major);
  const [other] = sameUuid;
  if (successor === undefined) {
    if (other !== undefined) {
      findings.add(
        "major-version-changed",
        other.file,
        unit.name,
        `${named} is version ${versionText(other)} now`,
      );
      return null;
    }
    const sameName = after.units.find(({ kind, name }) => kind === "interface" && name === unit.name);
    if (sameName?.interface == null)
      findings.add("interface-removed", unit.file, unit.name, `interface ${named} is gone`);
    else
      findings.add(
        "interface-uuid-changed",
        sameName.file,
        unit.name,
        `the uuid of ${named} was ${old.uuid}, is ${sameName.interface.uuid}`,
      );
    return null;
  }
  const { file, name } = successor;
  const now = successor.interface;
  if (now === null) return null;
  if (now.version.minor < old.version.minor)
    findings.add(
      "minor-version-lowered",
      file,
      unit.name,
      `version ${versionText(unit)} became ${versionText(successor)}`,
    );
  if (name !== unit.name)
    findings.add("interface-renamed", file, unit.name, `interface ${unit.name} is called ${name} now`);
  for (const endpoint of old.endpoints) {
    if (!now.endpoints.includes(endpoint))
      findings.add("endpoint-removed", file, unit.name, `endpoint "${endpoint}" is gone`);
  }
  return successor;
}

function versionText({ interface: found }: Unit): string {
  return found === null ? "" : `${found.version.major}.${found.version.minor}`;
}
