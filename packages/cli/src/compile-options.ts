import type { CompileOptions, Dialect } from "@ncalrpc/idl";
import type { Arguments } from "./arguments.js";
import type { Option } from "./command.js";
import { UsageError } from "./usage-error.js";

const dialects: readonly Dialect[] = ["midl", "widl", "pidl", "dce"];

/** Options of every command that compiles IDL, beside `include`. */
export const compileOptions = {
  dialect: { value: "NAME", help: "Whose IDL it is, where they differ: midl (default), widl, pidl, dce." },
  define: {
    value: "NAME[=TEXT]",
    short: "D",
    isRepeated: true,
    help: "Define a macro before the first line of each file.",
  },
  partial: {
    help: "Leave out methods that cannot be generated, with a warning, instead of failing.",
  },
  acf: { value: "FILE", help: "The ACF file of every FILE (default: the one beside each with its name)." },
} as const satisfies Readonly<Record<string, Option>>;

/** Throws UsageError. */
export function readCompileOptions(args: Arguments): CompileOptions {
  const given = args.value("dialect");
  const dialect = dialects.find((name) => name === given);
  if (given !== null && dialect === undefined)
    throw new UsageError(
      `--dialect is ${JSON.stringify(given)}; give ${dialects.slice(0, -1).join(", ")} or ${dialects.at(-1) ?? ""}`,
    );
  const acf = args.value("acf");
  return {
    ...(dialect === undefined ? {} : { dialect }),
    ...(acf === null ? {} : { acf }),
    ...(args.has("partial") ? { partial: true } : {}),
    defines: Object.fromEntries(args.values("define").map(readDefine)),
  };
}

/** `NAME` is 1, as for C compilers. */
function readDefine(text: string): [name: string, text: string] {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new UsageError(`--define ${JSON.stringify(text)} names no macro; write NAME or NAME=TEXT`);
  return [name, equals < 0 ? "1" : text.slice(equals + 1)];
}
