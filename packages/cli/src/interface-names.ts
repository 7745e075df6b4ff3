import type { Model } from "@ncalrpc/idl";

/** Interfaces that every server has (C706 appendix Q). */
const wellKnown: readonly (readonly [uuid: string, name: string])[] = [
  ["afa8bd80-7d8a-11c9-bef4-08002b102989", "Management"],
];

/** Names of interfaces by UUID: the well-known ones and those of a model. */
export function interfaceNames(model: Model | null): ReadonlyMap<string, string> {
  const names = new Map(wellKnown);
  for (const unit of model?.units ?? []) {
    if (unit.interface !== null) names.set(unit.interface.uuid, unit.name);
  }
  return names;
}
