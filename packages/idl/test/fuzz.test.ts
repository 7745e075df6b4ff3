import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  type CompileResult,
  compile,
  type Dialect,
  formatDiagnostic,
  modelHash,
  type SourceHost,
} from "../src/index.js";
import { cpuTime } from "./cpu-time.js";
import { diagnosticExamples } from "./diagnostic-examples.js";
import { Random } from "./random.js";

const { NCALRPC_FUZZ = "2000", NCALRPC_FUZZ_SEED = "1" } = process.env;
const count = Number(NCALRPC_FUZZ);
const firstSeed = Number(NCALRPC_FUZZ_SEED);
/** Milliseconds of processor time; an input of this size takes a tenth of it. */
const SLOWEST = 100;

const DIALECTS: readonly Dialect[] = ["midl", "widl", "pidl", "dce"];

const accepted = join(import.meta.dirname, "fixtures/accepted");
const corpus = [
  ...diagnosticExamples().flatMap((example) => [...example.files.values()]),
  ...readdirSync(accepted)
    .filter((name) => name.endsWith(".idl"))
    .map((name) => readFileSync(join(accepted, name), "utf8")),
];

/** An IDL file, and what its ACF file can name of it. */
const CONFIGURED = `[uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0)] interface Test {
  typedef [context_handle] void *Handle;
  typedef struct { long n; [size_is(n)] byte *p; } Local, *Pointer;
  Handle Open([in] handle_t binding, [in, string] wchar_t *name);
  long Read([in] Handle handle, [in, out, unique] Pointer value, [out] error_status_t *status);
}`;
const CONFIGURATIONS = [
  "[implicit_handle(handle_t binding), code] interface Test { [async] Read([comm_status, fault_status] status); }",
  'include "x.h"; interface Test { include "y.h"; typedef [represent_as(Seen), allocate(all_nodes)] Local, Pointer; }',
  "#define A [encode, decode]\nA interface Test { A Open([byte_count(n)] name), Read(); typedef [user_marshal(T)] Handle; }",
];

/** Pieces that mean something to the lexer or the parser. */
const PIECES = [...new Set(corpus.flatMap((text) => text.match(/\w+|"[^"\n]*"|[^\s\w]/g) ?? []))];
const NASTY = [
  "\0",
  "\ufeff",
  "\ud800",
  "\u{1f600}",
  "/*",
  "*/",
  '"',
  "'",
  "L'",
  "#if",
  "\\",
  "((((((((",
  "[[[[[[[[",
  "{{{{{{",
  "*".repeat(90),
  "9".repeat(99),
  "-".repeat(90),
  "<<63",
  "\n#",
  "typedef typedef",
];

/** One input: a text in a dialect, and perhaps the ACF file beside it. */
interface Input {
  readonly text: string;
  readonly acf: string | null;
  readonly dialect: Dialect;
  readonly partial: boolean;
}

function input(random: Random): Input {
  const dialect = random.pick(DIALECTS);
  const partial = random.below(2) === 0;
  if (random.below(4) > 0) return { text: mutated(corpus, random), acf: null, dialect, partial };
  const text = random.below(4) === 0 ? mutated([CONFIGURED], random) : CONFIGURED;
  return { text, acf: mutated(CONFIGURATIONS, random), dialect, partial };
}

/** Cuts, copies, swaps and inserts in one of some texts; or a soup of tokens. */
function mutated(texts: readonly string[], random: Random): string {
  if (random.below(8) === 0) {
    return Array.from({ length: random.below(300) }, () => random.pick(PIECES)).join(
      random.pick(["", " ", " ", "\n"]),
    );
  }
  let text = random.pick(texts);
  for (let edits = 1 + random.below(6); edits > 0; edits -= 1) text = edit(text, random);
  return text;
}

function edit(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const end = at + random.below(20);
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, at) + random.pick(PIECES) + text.slice(at);
    case 2:
      return text.slice(0, at) + random.pick(NASTY) + text.slice(at);
    case 3:
      return text.slice(0, end) + text.slice(at);
    case 4:
      return text.slice(0, at);
    case 5:
      return text.replaceAll(random.pick(PIECES), () => random.pick(PIECES));
    default: {
      const other = random.pick(corpus);
      const from = random.below(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + random.below(200)) + text.slice(at);
    }
  }
}

/** Runs one input; what it did wrong, or null. */
function run({ text, acf, dialect, partial }: Input): string | null {
  const files: Record<string, string> = { "fuzz.idl": text, "types.idl": "typedef long Id;" };
  if (acf !== null) files["fuzz.acf"] = acf;
  const host: SourceHost = {
    read: (path) => files[path] ?? null,
    resolveImport: (name) => {
      if (name === "fuzz.acf") return acf === null ? null : name;
      return name.length % 2 === 0 ? "types.idl" : "fuzz.idl";
    },
  };
  const compiled: CompileResult[] = [];
  const took = cpuTime(() => {
    const result = compile(["fuzz.idl"], host, { dialect, partial });
    for (const diagnostic of result.diagnostics) formatDiagnostic(diagnostic);
    compiled.push(result);
  });
  const [result] = compiled;
  if (result === undefined) return "no result";
  const { model, diagnostics } = result;
  const hasError = diagnostics.some((diagnostic) => diagnostic.severity === "error");
  if (model === null && !hasError) return "neither a model nor an error";
  if (model !== null && hasError) return "a model beside an error";
  if (model !== null && modelHash(model) !== modelHash(JSON.parse(JSON.stringify(model))))
    return "the model is not plain JSON";
  return took > SLOWEST ? `took ${took.toFixed(0)} ms` : null;
}

test(`${count} mutated inputs give a model or diagnostics, quickly`, { timeout: 60_000 + count * 20 }, () => {
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const given = input(new Random(seed));
    let problem: string | null;
    try {
      problem = run(given);
      // A collection of earlier garbage may fall into any input: one that is slow is slow twice.
      if (problem?.startsWith("took")) problem = run(given);
    } catch (error) {
      problem = String(error instanceof Error ? error.stack : error);
    }
    if (problem !== null)
      expect.fail(
        `NCALRPC_FUZZ_SEED=${seed} NCALRPC_FUZZ=1: ${problem}\n${given.dialect}\n${given.text.slice(0, 2000)}\n${given.acf ?? ""}`,
      );
  }
});
