import { describe, expect, test } from "vitest";
import { Reporter } from "../src/diagnostics/reporter.js";
import { defaultLimits } from "../src/limits.js";
import { SourceFile } from "../src/source/source-file.js";
import { docComment } from "../src/syntax/doc-comment.js";
import { tokenize } from "../src/syntax/lexer.js";
import { integerValue } from "../src/syntax/number-literal.js";
import { diagnosticExamples } from "./diagnostic-examples.js";

function lex(text: string) {
  const reporter = new Reporter(defaultLimits);
  const tokens = tokenize(new SourceFile("test.idl", text), reporter, defaultLimits);
  return { tokens, ids: reporter.diagnostics.map((diagnostic) => diagnostic.id) };
}

function kinds(text: string): string[] {
  return lex(text).tokens.map((token) => `${token.kind} ${token.text}`.trim());
}

describe("tokens", () => {
  test("every kind", () => {
    expect(kinds(`in _x9 42 0x1F 1.5 "s" L"w" 'c' L'd' ( ... .. <<`)).toEqual([
      "identifier in",
      "identifier _x9",
      "integer 42",
      "integer 0x1F",
      "float 1.5",
      'string "s"',
      'wideString L"w"',
      "character 'c'",
      "wideCharacter L'd'",
      "punctuation (",
      "punctuation ...",
      "punctuation ..",
      "punctuation <<",
      "end",
    ]);
  });

  test("a bare UUID is one token only where a UUID stands", () => {
    const uuid = "6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10";
    expect(kinds(`uuid(${uuid})`)).toContain(`uuid ${uuid}`);
    expect(kinds("size_is(10-2-3)")).toContain("integer 10");
    expect(kinds("uuid(byte a)")).toContain("identifier byte");
  });

  test("a range of array bounds is two numbers", () => {
    expect(kinds("[0..4]")).toEqual([
      "punctuation [",
      "integer 0",
      "punctuation ..",
      "integer 4",
      "punctuation ]",
      "end",
    ]);
  });

  test("a literal keeps escaped quotes and ends on its line", () => {
    expect(kinds(String.raw`"a\"b" "c`)).toEqual([String.raw`string "a\"b"`, 'unknown "c', "end"]);
    expect(lex('"a\\\nb"').ids).toEqual(["IDL0103", "IDL0103"]);
  });

  test("strange characters are one report for a run", () => {
    expect(lex("long \u20ac\u20ac\u20ac a").ids).toEqual(["IDL0101"]);
  });

  test.each([
    ["0", 0n],
    ["017", 15n],
    ["0xFFul", 255n],
    ["9223372036854775807i64", 9223372036854775807n],
    ["10UL", 10n],
  ])("integer %s", (text, value) => {
    expect(integerValue(text)).toBe(value);
  });
});

describe("trivia", () => {
  test("tokens and trivia together are the source, for every example", () => {
    for (const example of diagnosticExamples()) {
      for (const text of example.files.values()) {
        let rebuilt = "";
        for (const token of lex(text).tokens) {
          rebuilt += token.trivia.map((trivia) => text.slice(trivia.start, trivia.end)).join("") + token.text;
        }
        expect(rebuilt).toBe(text);
      }
    }
  });

  test("comments, doc comments and directives are told apart", () => {
    const [token] = lex("// a\n/// b\n/* c */ /** d */\n#line 5\n//// e\nx").tokens;
    const found = token?.trivia.filter((trivia) => trivia.kind !== "whitespace").map((trivia) => trivia.kind);
    expect(found).toEqual(["comment", "docComment", "comment", "docComment", "directive", "comment"]);
  });
});

describe("doc comments", () => {
  const doc = (text: string, name = "x") => {
    const token = lex(text).tokens.find((candidate) => candidate.text === name);
    return token === undefined ? undefined : docComment(text, token);
  };

  test.each([
    ["/** One line. */ x", "One line."],
    ["/**\n * Two\n *   lines.\n */\nx", "Two\n  lines."],
    ["/// First.\n/// Second.\nx", "First.\nSecond."],
    ["/** doc */ // note\nx", "doc"],
    ["/** far away */\n\nx", null],
    ["/* no doc */ x", null],
    ["/***/ x", null],
    ["/** earlier */ /** nearest */ x", "nearest"],
    ["a; /** of a */\nx", null],
    ["a; /** of x */ x", "of x"],
    ["a;\n/** of x */\nx", "of x"],
  ])("%j", (text, expected) => {
    expect(doc(text)).toBe(expected);
  });
});

describe("positions", () => {
  test("lines and columns count from 1, with either line end", () => {
    const source = new SourceFile("a", "ab\r\ncd\n\nef");
    expect(source.position(0)).toEqual({ line: 1, column: 1 });
    expect(source.position(5)).toEqual({ line: 2, column: 2 });
    expect(source.position(10)).toEqual({ line: 4, column: 3 });
    expect([1, 2, 3, 4, 5].map((line) => source.lineText(line))).toEqual(["ab", "cd", "", "ef", ""]);
  });
});
