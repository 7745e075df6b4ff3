import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compile, formatDiagnostic, type Member, type Method, type Model } from "@ncalrpc/idl";
import { isNdrError, type Reader, type Writer } from "@ncalrpc/ndr";
import { generateTypeScript } from "../../packages/codegen/src/index.js";
import { ModelIndex } from "../../packages/codegen/src/model-index.js";
import { namesOfModel } from "../../packages/codegen/src/unit-names.js";
import { countBlocks } from "../../packages/codegen/test/count-blocks.js";
import type { Next } from "../../packages/codegen/test/random-idl.js";
import { RandomValue } from "../../packages/codegen/test/random-value.js";
import type { Blocks } from "./coverage.js";
import { type ObservedReader, observed } from "./observed-reader.js";
import { flat, tracingWriters } from "./tracing-writer.js";

export type Syntax = "ndr20" | "ndr64";

/** What codegen has made to decode something, and to encode it. */
export interface Decoder {
  /** `interface: Method request`, with the file's folder. */
  readonly name: string;
  /** Of the module that has it. */
  readonly blocks: Blocks;
  /** Encodings of random values; there may be none. */
  readonly seeds: Readonly<Record<Syntax, readonly Buffer[]>>;
  read(reader: Reader): unknown;
  write(writer: Writer, value: unknown): void;
}

export interface Decoders {
  readonly decoders: readonly Decoder[];
  /** Of the readers. */
  readonly blocks: Blocks;
  readonly readers: Readonly<Record<Syntax, ObservedReader>>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Folders whose IDL files are interfaces of tests, examples or our own. */
const folders = [
  "packages/codegen/test/golden",
  "packages/codegen/test/fixtures",
  "packages/idl/test/fixtures/accepted",
  "packages/cli/test/fixtures",
  "packages/bench/idl",
  "test/idl",
  "examples",
  "idl",
];
const seedsEach = 8;
/** Natural values that keep all of what they stand for: a counted string as text forgets how much room there was. */
const exactValues = ["guid", "filetime", "largeInteger", "sid"] as const;

/** Generates all interfaces that the repository has, counting blocks in them and in the readers. */
export async function loadDecoders(next: Next): Promise<Decoders> {
  const folder = mkdtempSync(join(tmpdir(), "ncalrpc-soak-"));
  // Modules that lie here are run by Node as they are.
  const modules = join(folder, "node_modules");
  try {
    mkdirSync(modules);
    writeFileSync(join(modules, "package.json"), '{ "type": "module" }');
    const { readers, end } = await loadReaders(join(modules, "ndr"));
    const decoders: Decoder[] = [];
    let first = end;
    for (const [number, path] of idlFiles().entries()) {
      const model = compileFile(path);
      if (model === null) continue;
      const loaded = await loadModel(model, join(modules, String(number)), first, next, path);
      first = loaded.end;
      decoders.push(...loaded.decoders);
    }
    return { decoders, blocks: { first: 0, end }, readers };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function idlFiles(): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) =>
        join(folder, path),
      ),
    )
    .filter((path) => path.endsWith(".idl") && !path.includes("node_modules"))
    .sort();
}

/** The model of a file; null of one that is there to be refused. */
function compileFile(path: string): Model | null {
  const { model, diagnostics } = compile([path], {
    read: (file) => readIfThere(resolve(root, file)),
    resolveImport: (file, from) =>
      [dirname(from), dirname(dirname(from))]
        .map((folder) => join(folder, file))
        .find((found) => readIfThere(resolve(root, found)) !== null) ?? null,
  });
  if (model === null && !/broken|format/.test(path)) {
    throw new Error(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join("\n"));
  }
  return model;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

async function loadReaders(
  folder: string,
): Promise<{ readers: Record<Syntax, ObservedReader>; end: number }> {
  const dist = join(root, "packages/ndr/dist");
  mkdirSync(folder);
  let end = 0;
  for (const file of readdirSync(dist).filter((name) => name.endsWith(".js"))) {
    const counted = countBlocks(readFileSync(join(dist, file), "utf8"), end);
    end = counted.end;
    writeFileSync(join(folder, file), counted.text);
  }
  const { Reader, Reader64 }: typeof import("@ncalrpc/ndr") = await importFile(join(folder, "index.js"));
  const readers = { ndr20: new (observed(Reader))(), ndr64: new (observed(Reader64))() };
  return { readers, end: aligned(end) };
}

type Functions = Readonly<Record<string, unknown>>;

async function loadModel(
  model: Model,
  folder: string,
  start: number,
  next: Next,
  path: string,
): Promise<{ decoders: Decoder[]; end: number }> {
  mkdirSync(folder);
  const names = namesOfModel(model);
  const values = new RandomValue(new ModelIndex(model, new Set(), exactValues), next);
  const blocks = new Map<string, Blocks>();
  let first = start;
  for (const { path: file, text } of generateTypeScript(model, { natural: exactValues })) {
    if (file.endsWith(".schema.ts")) continue;
    const counted = countBlocks(text, first, runtimeModule, (name) => /^(read|write)/.test(name));
    writeFileSync(join(folder, file.replace(/\.ts$/, ".js")), counted.text);
    blocks.set(file.replace(/\.ts$/, ""), { first, end: aligned(counted.end) });
    first = aligned(counted.end);
  }
  const decoders: Decoder[] = [];
  for (const unit of model.units) {
    const unitNames = names.get(unit.name);
    const range = unitNames && blocks.get(unitNames.file);
    if (unitNames === undefined || range === undefined) continue;
    const functions: Functions = await importFile(join(folder, `${unitNames.file}.js`));
    const label = `${dirname(path)}: ${unit.name}`;
    for (const [type, typeNames] of unitNames.types) {
      const codec = typeCodec(functions, typeNames);
      if (codec !== null)
        decoders.push({ name: `${label}: ${type}`, blocks: range, seeds: noSeeds, ...codec });
    }
    for (const [method, { request, response }] of [...unitNames.methods, ...unitNames.callbacks]) {
      const add = (name: string, codec: Codec | null, samples: readonly unknown[]): void => {
        if (codec === null) return;
        const seeds = {
          ndr20: encodings(codec, "ndr20", samples),
          ndr64: encodings(codec, "ndr64", samples),
        };
        decoders.push({ name: `${label}: ${method.name} ${name}`, blocks: range, seeds, ...codec });
      };
      const requests = samplesOf(() => values.record(members(method, "in"), false));
      add("request", typeCodec(functions, request), requests);
      const responses = samplesOf(() => values.record(members(method, "out"), false)).flatMap((record) =>
        Object.keys(record).length === 1 ? [record, ...Object.values(record)] : [record],
      );
      add("response", responseCodec(functions, response, requests), responses);
    }
  }
  return { decoders, end: first };
}

type Codec = Pick<Decoder, "read" | "write">;
const noSeeds = { ndr20: [], ndr64: [] };

/** What reads and writes a type, if it takes nothing else to do so. */
function typeCodec(
  functions: Functions,
  names: Readonly<Record<"read" | "write" | "readReferents" | "writeReferents", string>>,
): Codec | null {
  const [read, write] = [functions[names.read], functions[names.write]];
  const [readReferents, writeReferents] = [functions[names.readReferents], functions[names.writeReferents]];
  if (!isFunction(read, 1) || !isFunction(write, 2)) return null;
  if (readReferents === undefined) {
    return {
      read,
      // A pipe ends with a chunk that is none.
      write: (writer, value) =>
        void (value === null && isPipe(read) ? writer.pipeEnd() : write(writer, value)),
    };
  }
  if (!isFunction(readReferents, 2) || !isFunction(writeReferents, 2)) return null;
  return {
    read: (reader) => {
      const value = read(reader);
      readReferents(reader, value);
      return value;
    },
    write: (writer, value) => {
      write(writer, value);
      writeReferents(writer, value);
    },
  };
}

/** As `typeCodec`; what is read may depend on the request. */
function responseCodec(
  functions: Functions,
  names: Parameters<typeof typeCodec>[1],
  requests: readonly unknown[],
): Codec | null {
  const [read, write] = [functions[names.read], functions[names.write]];
  if (!isFunction(read, 2) && !isFunction(write, 3)) return typeCodec(functions, names);
  if (typeof read !== "function" || typeof write !== "function") return null;
  const request = modest(requests[0]);
  return {
    read: (reader) => read(reader, request),
    write: (writer, value) => void write(writer, value, request),
  };
}

/** A request whose numbers are not too large for what they may count. */
function modest(request: unknown): unknown {
  return Object.fromEntries(
    Object.entries(request ?? {}).map(([name, value]) => [
      name,
      typeof value === "number" ? value & 0x1f : value,
    ]),
  );
}

function isFunction(value: unknown, parameters: number): value is (...given: unknown[]) => unknown {
  return typeof value === "function" && value.length === parameters;
}

function isPipe(read: (...given: unknown[]) => unknown): boolean {
  return read.toString().includes(".chunk(");
}

function members(method: Method, direction: "in" | "out"): Member[] {
  const other = direction === "in" ? "out" : "in";
  const parameters: Member[] = method.parameters.filter((parameter) => parameter.direction !== other);
  const result =
    direction === "out" && method.returns !== null ? [{ ...returned, type: method.returns }] : [];
  return [...parameters, ...result];
}

const returned = {
  name: "returnValue",
  doc: null,
  countOf: null,
  switchOf: null,
  ignore: false,
  range: null,
  disableConsistencyCheck: false,
};

function samplesOf(make: () => Record<string, unknown>): Record<string, unknown>[] {
  return Array.from({ length: seedsEach }, make);
}

/** What can be encoded of values that were made without regard to ranges and to other parameters. */
function encodings({ write }: Codec, syntax: Syntax, values: readonly unknown[]): Buffer[] {
  return values.flatMap((value) => {
    const writer = new tracingWriters[syntax]();
    try {
      write(writer, value);
      return [Buffer.from(flat(writer))];
    } catch (error) {
      if (isNdrError(error) || error instanceof TypeError) return [];
      throw error;
    }
  });
}

function runtimeModule(specifier: string): string {
  if (!specifier.startsWith("@")) return specifier;
  const entry = specifier.replace("@ncalrpc/runtime/", "");
  return pathToFileURL(join(root, `packages/runtime/dist/${entry}.js`)).href;
}

function aligned(block: number): number {
  return Math.ceil(block / 4) * 4;
}

async function importFile<T>(path: string): Promise<T> {
  return await import(/* @vite-ignore */ pathToFileURL(path).href);
}
