import type { Census } from "../packages/alpc/test/census.js";

/**
 * What a process has more of than before, in words; empty if nothing leaked. Each of the `connections` that it still has
 * may have become busy, and have a completion list.
 */
export function grownBeyond(before: Census, after: Census, connections = 0): string[] {
  const grown = Object.entries(after.descriptors).filter(
    ([kind, count]) => count > (before.descriptors[kind] ?? 0),
  );
  const lists = Math.max(before.lists, connections);
  const [mappedBefore, mapped] = [before.mappings - before.lists, after.mappings - after.lists];
  const files = after.files.filter((name) => !before.files.includes(name));
  return [
    ...grown.map(([kind, count]) => `${count} descriptors of ${kind}, not ${before.descriptors[kind] ?? 0}`),
    ...(mapped > mappedBefore ? [`${mapped} mappings of sections, not ${mappedBefore}`] : []),
    ...(after.lists > lists ? [`${after.lists} completion lists, not ${lists}`] : []),
    ...files.map((name) => `the file ${name}`),
  ];
}
