import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Reporter } from "../src/diagnostics/reporter.js";
import { formatText } from "../src/index.js";
import { defaultLimits } from "../src/limits.js";
import { SourceFile } from "../src/source/source-file.js";
import { tokenize } from "../src/syntax/lexer.js";
import { diagnosticExamples } from "./diagnostic-examples.js";
import { Random } from "./random.js";

const rounds = Number(process.env["NCALRPC_FUZZ"] ?? 1500);
const accepted = join(import.meta.dirname, "fixtures/accepted");
const texts = [
  ...readdirSync(accepted).map((name) => readFileSync(join(accepted, name), "utf8")),
  ...diagnosticExamples().flatMap(({ files }) => [...files.values()]),
];

function format(text: string): string {
  const { text: formatted, diagnostics } = formatText(text, "test.idl");
  if (formatted === null) throw new Error(diagnostics[0]?.message);
  return formatted;
}

function lex(text: string) {
  const reporter = new Reporter(defaultLimits);
  const tokens = tokenize(new SourceFile("test.idl", text.replace(/^\ufeff/, "")), reporter, defaultLimits);
  return {
    tokens,
    isWell:
      tokens.every(({ kind }) => kind !== "unknown") &&
      !reporter.diagnostics.some(({ id }) => id === "IDL0102"),
  };
}

/** Everything that has to survive: tokens, and comments without the white space at the edges of their lines. */
function substance(text: string): string[] {
  const source = text.replace(/^\ufeff/, "");
  return lex(text).tokens.flatMap((token) => [
    ...token.trivia
      .filter(({ kind }) => kind !== "whitespace")
      .map(({ start, end }) =>
        source
          .slice(start, end)
          .split(/\r?\n/)
          .map((line) => line.trim())
          .join("\n"),
      ),
    `${token.kind} ${token.text}`,
  ]);
}

function check(text: string): void {
  const formatted = format(text);
  expect(substance(formatted), text).toEqual(substance(text));
  expect(format(formatted), text).toBe(formatted);
  // What is inside of comments and directives stays.
  if (/\/\*|\/\/|#/.test(formatted)) return;
  expect(formatted.split("\n").filter((line) => /[ \t]$/.test(line))).toEqual([]);
}

describe("format", () => {
  test("lays out every construct in one way", async () => {
    const text = readFileSync(join(import.meta.dirname, "fixtures/format/unformatted.idl"), "utf8");
    const formatted = format(text);
    await expect(formatted).toMatchFileSnapshot(join(import.meta.dirname, "fixtures/format/formatted.idl"));
    check(text);
  });

  test("the line breaks of the source do not matter", () => {
    const text = "[in]interface A{void F([in]long a,\n\n[out]long*b);enum{A,\nB}x;};";
    expect(format(text.replaceAll("\n", " "))).toBe(format(text).replace("enum {\n", "enum {\n"));
  });

  test("keeps tokens and comments of every example, and is at rest with its result", () => {
    let count = 0;
    for (const text of texts.filter((text) => lex(text).isWell)) {
      check(text);
      count += 1;
    }
    expect(count).toBeGreaterThan(60);
  });

  test("keeps the line ends of the text", () => {
    expect(format("const long A = 1;\r\n\r\n\r\n// c\r\nconst long B=2;")).toBe(
      "const long A = 1;\r\n\r\n// c\r\nconst long B = 2;\r\n",
    );
  });

  test("keeps what a directive's line ends mean", () => {
    for (const text of [
      "#define A 1 \\\n\n#define B 2\n",
      "#define A \\ \nconst long B = 1;\n",
      "#define A\\\n  B\n\nconst long C = 1;\n",
    ])
      check(text);
    expect(format("#define A 1 \\\n\n#define B 2\n")).toBe("#define A 1 \\\n\n#define B 2\n");
  });

  test("an empty text stays empty", () => {
    expect(format(" \n\n")).toBe("");
  });

  test("refuses a text with lexical errors", () => {
    const { text, diagnostics } = formatText('const char *A = "open;\n', "test.idl");
    expect(text).toBeNull();
    expect(diagnostics.map(({ id }) => id)).toEqual(["IDL0103"]);
  });

  test(`holds for ${rounds} texts whose tokens, comments and lines are shuffled`, () => {
    const random = new Random(0x51);
    const pool = texts.filter((text) => lex(text).isWell);
    let changed = 0;
    for (let round = 0; round < rounds; round += 1) {
      const text = mutate(random.pick(pool), random);
      if (!lex(text).isWell) continue;
      changed += 1;
      check(text);
    }
    expect(changed).toBeGreaterThan(rounds / 3);
  });
});

const INSERTED = [
  "// line\n",
  " /* a */ ",
  "/* two\n * lines */",
  "/* two\n   lines */\n",
  "\n",
  "\n\n\n",
  "\n#if A\n",
  "\n#endif\n",
  "\n#define A \\\n\n",
  "/// doc\n",
  "\n/** doc */\n",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ";",
  ",",
  "*",
  "-",
  "&",
  ":",
  "=",
  "case",
  "struct",
  "enum",
  "interface",
  " x ",
  "1.",
  ".",
  "..",
  "<",
  ">",
  "/",
  'cpp_quote("a")',
  "typedef",
  "default",
  "L",
  '"s"',
];

function mutate(text: string, random: Random): string {
  const { tokens } = lex(text);
  let result = text;
  for (let count = 1 + random.below(6); count > 0; count -= 1) {
    const { start, end } = random.pick(tokens);
    const at = Math.min(random.pick([start, end]), result.length);
    const to = random.below(4) === 0 ? Math.min(result.length, at + random.below(12)) : at;
    result = result.slice(0, at) + random.pick(INSERTED) + result.slice(to);
  }
  return result;
}
