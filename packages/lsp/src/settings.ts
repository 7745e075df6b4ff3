import type { Dialect } from "@ncalrpc/idl";

/** What an editor can set; a command line has options for the same. */
export interface Settings {
  readonly includeDirectories: readonly string[];
  readonly dialect: Dialect;
  readonly defines: Readonly<Record<string, string>>;
}

const DIALECTS: readonly Dialect[] = ["midl", "widl", "pidl", "dce"];

/** The settings in what an editor sent, which can be anything: what makes no sense is as if it were not there. */
export function readSettings(value: unknown): Settings {
  const includes = property(value, "includeDirectories");
  const defines = property(value, "defines");
  const dialect = property(value, "dialect");
  return {
    includeDirectories: Array.isArray(includes) ? includes.filter((entry) => typeof entry === "string") : [],
    dialect: DIALECTS.find((name) => name === dialect) ?? "midl",
    defines: Object.fromEntries(
      Object.entries(typeof defines === "object" && defines !== null ? defines : {}).flatMap(
        ([name, text]) =>
          typeof text === "string" || typeof text === "number" ? [[name, String(text)]] : [],
      ),
    ),
  };
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
