import type { ProcessCensus } from "./dist/server-process.js";

/** What a process has more of than before, in words; empty if nothing leaked. */
export function grownBeyond(before: ProcessCensus, after: ProcessCensus): string[] {
  const grown = Object.entries(after.descriptors).filter(
    ([kind, count]) => count > (before.descriptors[kind] ?? 0),
  );
  return [
    ...grown.map(([kind, count]) => `${count} descriptors of ${kind}, not ${before.descriptors[kind] ?? 0}`),
    ...(after.sections > before.sections ? [`${after.sections} sections, not ${before.sections}`] : []),
  ];
}
