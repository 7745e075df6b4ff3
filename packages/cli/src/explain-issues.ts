import type { z } from "@ncalrpc/runtime/schema-v1";

type Issue = z.core.$ZodIssue;

/** A place in the JSON and what is wrong there. */
interface Finding {
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

/** What schemas accept beside JSON's own types: nothing that someone who writes JSON could do about. */
const NOT_JSON = /^expected (an? )?(bigint|NaN|one of Infinity|[A-Za-z0-9]+Array)\b/;

/** One line for each thing that is wrong with a JSON value: `names[2]: expected string, received number`. */
export function explainIssues(issues: readonly Issue[]): string[] {
  return issues
    .flatMap((issue) => findings(issue, []))
    .map(({ path, reason }) => `${formatPath(path)}: ${reason}`);
}

function findings(issue: Issue, parent: readonly PropertyKey[]): Finding[] {
  const path = [...parent, ...issue.path];
  if (issue.code !== "invalid_union" || issue.errors.length === 0) {
    return [{ path, reason: issue.message.replace(/^Invalid (input|option): /, "") }];
  }
  const branches = issue.errors.map((branch) => branch.flatMap((inner) => findings(inner, path)));
  const possible = branches.filter((branch) => !branch.some(({ reason }) => NOT_JSON.test(reason)));
  // The branch that got furthest into the value is the one that was meant.
  const deepest = possible.find((branch) => branch.some((finding) => finding.path.length > path.length));
  if (deepest !== undefined) return deepest;
  const reasons = new Set((possible.length > 0 ? possible : branches).flat().map(({ reason }) => reason));
  return [{ path, reason: [...reasons].join("; or ") }];
}

function formatPath(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return text.replace(/^\./, "") || "the parameters";
}
