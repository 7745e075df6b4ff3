import { formatNumber } from "./format-number.js";
import { formatTable } from "./table.js";
import type { TargetResult } from "./targets.js";

/** What was promised, what was measured, and whether they agree. */
export function targetTable(results: readonly TargetResult[]): string {
  return formatTable(
    ["target", "promised", "measured", "met"],
    ["left", "right", "right", "left"],
    results.map(({ what, bound, value, unit, measured, met }) => [
      what,
      `${bound} ${formatNumber(value)} ${unit}`,
      measured === null ? "-" : `${formatNumber(measured)} ${unit}`,
      met === null ? "not measured" : met ? "yes" : "**NO**",
    ]),
  );
}
