import type { Census } from "../packages/alpc/test/census.js";

/** What a process has more of than before, in words; empty if nothing leaked. */
export function grownBeyond(before: Census, after: Census): string[] {
  const grown = Object.entries(after.descriptors).filter(
    ([kind, count]) => count > (before.descriptors[kind] ?? 0),
  );
  const files = after.files.filter((name) => !before.files.includes(name));
  return [
    ...grown.map(([kind, count]) => `${count} descriptors of ${kind}, not ${before.descriptors[kind] ?? 0}`),
    ...(after.mappings > before.mappings ? [`${after.mappings} mappings, not ${before.mappings}`] : []),
    ...files.map((name) => `the file ${name}`),
  ];
}
