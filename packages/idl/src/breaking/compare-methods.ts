import { typeText } from "../describe/type-text.js";
import type { Interface, Method, Parameter } from "../model.js";
import type { Findings } from "./breaking-finding.js";
import type { Directions, TypeComparison } from "./compare-types.js";

export interface MethodComparison {
  readonly findings: Findings;
  readonly file: string;
  readonly types: TypeComparison;
  readonly minorRaised: boolean;
}

/** Compares the methods and the callbacks of one interface by their opnums. */
export function compareMethods(
  name: string,
  { before, after }: { readonly before: Interface; readonly after: Interface },
  comparison: MethodComparison,
): void {
  compareList(name, before.methods, after.methods, false, comparison);
  compareList(name, before.callbacks, after.callbacks, true, comparison);
}

function compareList(
  owner: string,
  before: readonly Method[],
  after: readonly Method[],
  isCallback: boolean,
  comparison: MethodComparison,
): void {
  const { findings, file, minorRaised } = comparison;
  for (const method of before) {
    const where = `${owner}.${method.name}`;
    const now = after.find(({ opnum }) => opnum === method.opnum);
    const moved = after.find(({ name }) => name === method.name);
    if (moved !== undefined && moved.opnum !== method.opnum) {
      findings.add("method-moved", file, where, `opnum ${method.opnum} became ${moved.opnum}`);
    } else if (now === undefined) {
      findings.add("method-removed", file, where, `the method of opnum ${method.opnum} is gone`);
    } else if (moved === undefined && before.some(({ name }) => name === now.name)) {
      findings.add("method-removed", file, where, `opnum ${method.opnum} is ${now.name} now`);
    } else {
      if (now.name !== method.name)
        findings.add("method-renamed", file, where, `opnum ${method.opnum} is called ${now.name} now`);
      compareMethod(where, method, now, isCallback, comparison);
    }
  }
  const added = after.filter(({ opnum }) => !before.some((method) => method.opnum === opnum));
  if (added.length > 0 && !minorRaised)
    findings.add(
      "minor-version-not-raised",
      file,
      owner,
      `${added.map(({ name }) => name).join(", ")} ${added.length === 1 ? "is" : "are"} new, the version is not`,
    );
}

function compareMethod(
  where: string,
  before: Method,
  after: Method,
  isCallback: boolean,
  { findings, file, types }: MethodComparison,
): void {
  for (const flag of ["maybe", "broadcast", "message"] as const) {
    if (before[flag] !== after[flag])
      findings.add(
        "method-reply-changed",
        file,
        where,
        `[${flag}] was ${before[flag] ? "removed" : "added"}`,
      );
  }
  const siblings = {
    before: before.parameters.map(({ name }) => name),
    after: after.parameters.map(({ name }) => name),
  };
  const count = Math.max(before.parameters.length, after.parameters.length);
  for (let index = 0; index < count; index += 1) {
    const old = before.parameters[index];
    const now = after.parameters[index];
    if (old === undefined) {
      if (now !== undefined) findings.add("parameter-added", file, where, `parameter ${now.name} is new`);
    } else if (now === undefined)
      findings.add("parameter-removed", file, where, `parameter ${old.name} is gone`);
    else {
      const at = `${where}: ${old.name}`;
      if (old.name !== now.name)
        findings.add("parameter-renamed", file, at, `parameter ${old.name} is called ${now.name} now`);
      if (old.direction !== now.direction) {
        findings.add("direction-changed", file, at, `[${old.direction}] became [${now.direction}]`);
        continue;
      }
      types.compareFields(at, old, now, directionsOf(old, isCallback), siblings);
    }
  }
  compareResult(where, before, after, isCallback, { findings, file, types }, siblings);
}

function compareResult(
  where: string,
  before: Method,
  after: Method,
  isCallback: boolean,
  { findings, file, types }: Pick<MethodComparison, "findings" | "file" | "types">,
  siblings: { readonly before: readonly string[]; readonly after: readonly string[] },
): void {
  const at = `${where}: result`;
  if (before.returns !== null && after.returns !== null) {
    const directions = isCallback ? { toServer: true, toClient: false } : { toServer: false, toClient: true };
    types.compare(
      at,
      { type: before.returns, range: null },
      { type: after.returns, range: null },
      directions,
      siblings,
    );
  } else if (before.returns !== after.returns) {
    const text = (method: Method) => (method.returns === null ? "void" : typeText(method.returns));
    findings.add("type-changed", file, at, `the result was ${text(before)}, is ${text(after)}`);
  }
}

/** Callbacks go the other way. */
function directionsOf({ direction }: Parameter, isCallback: boolean): Directions {
  const isIn = direction !== "out";
  const isOut = direction !== "in";
  return isCallback ? { toServer: isOut, toClient: isIn } : { toServer: isIn, toClient: isOut };
}
