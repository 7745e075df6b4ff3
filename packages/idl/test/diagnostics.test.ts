import { describe, expect, test } from "vitest";
import { compile, diagnosticTable, formatDiagnostic, type SourceHost } from "../src/index.js";
import { diagnosticExamples, type Example, markedLines } from "./diagnostic-examples.js";
import { compileText, HEADER } from "./helpers.js";

const examples = diagnosticExamples();

function compileExample(example: Example) {
  const host: SourceHost = {
    read: (path) => example.files.get(path) ?? null,
    resolveImport: (name) => (example.files.has(name) || name === "unreadable.idl" ? name : null),
  };
  const { limits, dialect, partial } = example;
  return compile([example.entry], host, { limits, dialect, partial });
}

describe("diagnostic examples", () => {
  test("every id has a bad and a good one, and every example an id", () => {
    for (const kind of ["bad", "good"]) {
      const shown = new Set(examples.filter((example) => example.kind === kind).map((example) => example.id));
      expect([...shown].sort()).toEqual(Object.keys(diagnosticTable).sort());
    }
  });

  for (const example of examples) {
    test(`${example.id} ${example.kind} (${example.title})`, () => {
      const { diagnostics, model } = compileExample(example);
      const shown = diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join("\n");
      if (example.kind === "good") {
        expect(shown).toBe("");
        expect(model).not.toBeNull();
        return;
      }
      expect(new Set(diagnostics.map((diagnostic) => diagnostic.id)), shown).toEqual(new Set([example.id]));
      for (const [name, text] of example.files) {
        const lines = markedLines(text);
        const found = diagnostics
          .filter((diagnostic) => diagnostic.file === name)
          .map((diagnostic) => diagnostic.line);
        if (lines.length > 0)
          expect(
            [...new Set(found)].sort((a, b) => a - b),
            shown,
          ).toEqual(lines);
      }
      const error = diagnostics.some((diagnostic) => diagnostic.severity === "error");
      expect(model === null).toBe(error);
      for (const diagnostic of diagnostics) {
        expect(diagnostic.hint).not.toBe("");
        expect(`${diagnostic.message} ${diagnostic.hint}`).not.toMatch(/\{\w+\}/);
      }
    });
  }
});

describe("what is said", () => {
  test.each([
    ["typedef long A; typedef short A;", "'A' is already declared"],
    ["typedef enum { } Mode;", "enum 'Mode' is empty"],
    [
      `${HEADER} interface Outer { interface Inner { void F(); } }`,
      "an interface inside an interface is not supported",
    ],
  ])("of %s, once", (text, message) => {
    expect(compileText(text).diagnostics.map((diagnostic) => diagnostic.message)).toEqual([message]);
  });
});
