import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type CompileOptions, compile, createNodeHost, formatDiagnostic } from "@ncalrpc/idl";
import { UsageError } from "../arguments.js";
import { protoSchema } from "./proto-schema.js";

export const CLI = fileURLToPath(new URL("../../../cli/bin/ncalrpc.js", import.meta.url));
const tools = fileURLToPath(new URL("../../node_modules/.bin/", import.meta.url));

/** A program that is timed from its start to its end. */
export interface Subject {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export interface IdlFile {
  /** As the report names it. */
  readonly title: string;
  readonly path: string;
  readonly include: readonly string[];
  readonly dialect: NonNullable<CompileOptions["dialect"]>;
  /** Leave out methods that cannot be generated. */
  readonly partial: boolean;
}

/** Ours, and the peer on an equal schema, if its tools are here; both write below `folder`. Throws UsageError. */
export function subjectsOf(file: IdlFile, folder: string, withPeer: boolean): Subject[] {
  const out = join(folder, basename(file.path, ".idl"));
  return [ours(file, out), ...(withPeer ? [peer(file, out)] : [])];
}

function ours({ title, path, include, dialect, partial }: IdlFile, out: string): Subject {
  const directories = directoriesOf(path, include).flatMap((directory) => ["--include", directory]);
  return {
    name: `ncalrpc generate, ${title}`,
    command: process.execPath,
    args: [
      ...[CLI, "generate", path, "--out", join(out, "ncalrpc"), "--dialect", dialect, ...directories],
      ...(partial ? ["--partial"] : []),
    ],
  };
}

function peer({ title, path, include, dialect, partial }: IdlFile, out: string): Subject {
  const host = createNodeHost({ includeDirectories: directoriesOf(path, include) });
  const { model, diagnostics } = compile([path], host, { dialect, partial });
  const [error] = diagnostics.filter(({ severity }) => severity === "error");
  if (model === null) throw new UsageError(`${path}: ${error === undefined ? "" : formatDiagnostic(error)}`);
  const proto = join(out, "proto");
  mkdirSync(proto, { recursive: true });
  writeFileSync(join(proto, "schema.proto"), protoSchema(model));
  const plugin = { local: join(tools, "protoc-gen-es"), out: join(out, "es"), opt: ["target=ts"] };
  const template = JSON.stringify({ version: "v2", plugins: [plugin] });
  return {
    name: `buf with protoc-gen-es, equal to ${title}`,
    command: join(tools, "buf"),
    args: ["generate", "--template", template, proto],
  };
}

function directoriesOf(path: string, include: readonly string[]): string[] {
  return [dirname(path), ...include.map((directory) => resolve(directory))];
}

/** The path of a file that was asked for. Throws UsageError. */
export function existing(path: string): string {
  const file = resolve(path);
  if (statSync(file, { throwIfNoEntry: false }) === undefined) throw new UsageError(`--file: no ${path}`);
  return file;
}

/** Why the peer cannot be run here; null if it can. Both tools come with `pnpm install`, where npm has them for the platform. */
export function peerMissing(): string | null {
  for (const tool of ["buf", "protoc-gen-es"]) {
    const { status, error, stderr } = spawnSync(join(tools, tool), ["--version"], { encoding: "utf8" });
    if (status !== 0) return `${tool} --version: ${error?.message ?? `status ${status}, ${stderr.trim()}`}`;
  }
  return null;
}
