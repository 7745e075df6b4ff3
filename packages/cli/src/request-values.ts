import type { MethodDefinition, MethodSchemas } from "@ncalrpc/runtime";
import { explainIssues } from "./explain-issues.js";
import { suggest } from "./suggest.js";
import { UsageError } from "./usage-error.js";

/**
 * The values of a method's parameters, in order, from a JSON object that has them by name. Throws UsageError for text
 * that is not JSON, and with every place at which it is not what the method's schema says.
 */
export function requestValues(
  method: MethodDefinition<object>,
  schemas: MethodSchemas,
  json: string,
): unknown[] {
  const { parameters } = method;
  const parsed = parseJson(json);
  if (!isRecord(parsed)) {
    throw new UsageError(`the parameters are not a JSON object; ${expected(method.name, parameters)}`);
  }
  const unknown = Object.keys(parsed).find((name) => !parameters.includes(name));
  if (unknown !== undefined) {
    const hint = `${suggest(unknown, parameters)}; ${expected(method.name, parameters)}`;
    throw new UsageError(`${method.name} has no parameter "${unknown}"${hint}`);
  }
  const result = schemas.request.safeParse(parsed);
  if (!result.success) {
    const lines = explainIssues(result.error.issues).map((line) => `\n  ${line}`);
    throw new UsageError(`the parameters of ${method.name} are not what it takes:${lines.join("")}`);
  }
  const values = result.data;
  return isRecord(values) ? parameters.map((name) => values[name]) : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the parameters are not JSON: ${reason}`, { cause: error });
  }
}

function expected(method: string, parameters: readonly string[]): string {
  if (parameters.length === 0) return `${method} takes none: {}`;
  return `${method} takes { ${parameters.map((name) => `"${name}": ...`).join(", ")} }`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
