import type { UnionArm, UnionDefinition } from "../model.js";
import type { Directions, TypeComparison } from "./compare-types.js";

const NO_SIBLINGS = { before: [], after: [] };

/** Compares unions by what each value of the discriminant selects. */
export function compareUnions(
  comparison: TypeComparison,
  where: string,
  before: UnionDefinition,
  after: UnionDefinition,
  directions: Directions,
): void {
  if (before.encapsulated !== after.encapsulated)
    comparison.report("union-changed", where, `${before.name} holds its discriminant in one version only`);
  if (before.msUnion !== after.msUnion)
    comparison.report("union-changed", where, `[ms_union] was ${before.msUnion ? "removed" : "added"}`);
  comparison.compare(
    `${where}.${before.discriminantName ?? "discriminant"}`,
    { type: before.discriminant, range: null },
    { type: after.discriminant, range: null },
    directions,
    NO_SIBLINGS,
  );
  const labels = new Set([...before.arms, ...after.arms].flatMap((arm) => arm.labels));
  const compared = new Set<string>();
  for (const label of [...labels, null]) {
    const old = armOf(before, label);
    const now = armOf(after, label);
    const pair = `${before.arms.indexOf(old ?? nothing)} ${after.arms.indexOf(now ?? nothing)}`;
    if (compared.has(pair)) continue;
    compared.add(pair);
    compareArms(comparison, where, { label, old, now }, directions);
  }
}

const nothing: UnionArm = { labels: [], isDefault: false, name: null, type: null, range: null, doc: null };

/** What a value selects; null stands for every value that no arm names. */
function armOf(union: UnionDefinition, label: string | null): UnionArm | null {
  const named = label === null ? undefined : union.arms.find(({ labels }) => labels.includes(label));
  return named ?? union.arms.find(({ isDefault }) => isDefault) ?? null;
}

function compareArms(
  comparison: TypeComparison,
  where: string,
  { label, old, now }: { label: string | null; old: UnionArm | null; now: UnionArm | null },
  directions: Directions,
): void {
  const value = label ?? "default";
  if (old === null) {
    if (now !== null && (directions.toClient || !comparison.minorRaised))
      comparison.report(
        "arm-added",
        where,
        `value ${value} selects ${now.name ?? "an empty arm"}, which is new`,
      );
    return;
  }
  const at = `${where}.${old.name ?? value}`;
  if (now === null) comparison.report("arm-removed", at, `value ${value} selects nothing any more`);
  else if (old.type !== null && now.type !== null) {
    if (old.name !== now.name)
      comparison.report("arm-renamed", at, `the arm of ${value} is called ${now.name ?? "nothing"} now`);
    comparison.compare(
      at,
      { type: old.type, range: old.range },
      { type: now.type, range: now.range },
      directions,
      NO_SIBLINGS,
    );
  } else if (old.type !== now.type)
    comparison.report(
      "type-changed",
      at,
      `the arm of ${value} was ${old.type === null ? "empty" : "not empty"}`,
    );
}
