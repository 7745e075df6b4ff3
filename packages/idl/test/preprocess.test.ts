import { describe, expect, test } from "vitest";
import { type CompileOptions, compile } from "../src/index.js";
import { memoryHost } from "./helpers.js";

/** The integer constants of a text, by name; its diagnostics' ids if there are any. */
function constants(
  text: string,
  files: Readonly<Record<string, string>> = {},
  options: CompileOptions = {},
): Record<string, string | boolean> | string[] {
  const { model, diagnostics } = compile(["test.idl"], memoryHost({ "test.idl": text, ...files }), options);
  if (diagnostics.length > 0) return diagnostics.map(({ id, file, line }) => `${id} ${file}:${line}`);
  const all = model?.units.flatMap((unit) => (unit.imported ? [] : unit.constants)) ?? [];
  return Object.fromEntries(all.map(({ name, value }) => [name, value.value]));
}

describe("macros", () => {
  test("without and with parameters, inside one another, over several lines", () => {
    expect(
      constants(`
        #define ONE 1
        #define ADD(a, b) ((a) + (b))
        #define TWICE(x) \\
          ADD(x, x)
        const long A = ADD(ONE, TWICE(ONE + 1));
        const long ADDS = 7;
      `),
    ).toEqual({ A: "5", ADDS: "7" });
  });

  test("an argument keeps its commas in brackets, and is expanded once", () => {
    expect(
      constants(`
        #define FIRST(a, b) a
        #define PAIR (1, 2)
        #define SELF SELF + 1
        const long A = FIRST((3), FIRST(4, 5));
        const long SELF_SIZE = sizeof(long);
      `),
    ).toEqual({ A: "3", SELF_SIZE: "4" });
  });

  test("a name of a macro with parameters is a name without a list", () => {
    expect(constants("#define F(x) 9\nconst long F = 2;")).toEqual({ F: "2" });
  });

  test("texts and names are made of arguments", () => {
    expect(
      constants(`
        #define TEXT(x) #x
        #define JOIN(a, b) a ## b
        #define CONSTANT(name, value) const long JOIN(name, _VALUE) = value;
        const char *A = TEXT(one "two"  three);
        CONSTANT(B, 2)
      `),
    ).toEqual({ A: 'one "two" three', B_VALUE: "2" });
  });

  test("a variable list", () => {
    expect(constants("#define LAST(a, ...) __VA_ARGS__\nconst long A = LAST(1, 2);")).toEqual({ A: "2" });
  });

  test("undef, and a definition that says the same", () => {
    expect(
      constants(`
        #define N 1
        #define N 1
        const long A = N;
        #undef N
        const long N = 2;
      `),
    ).toEqual({ A: "1", N: "2" });
  });

  test("a use of itself ends, and so does a flood", () => {
    expect(constants("#define A B\n#define B A\nconst long X = 1;")).toEqual({ X: "1" });
    const powers = Array.from({ length: 40 }, (_, i) => `#define M${i + 1} M${i} M${i}`).join("\n");
    const found = constants(`#define M0 +1\n${powers}\nconst long X = M40;`);
    expect(found).toContain("IDL0004 test.idl:42");
  });

  test("from outside, where the text's own go before", () => {
    const defines = { N: "4", M: "" };
    expect(constants("const long A = N;\n#ifdef M\nconst long B = 1;\n#endif", {}, { defines })).toEqual({
      A: "4",
      B: "1",
    });
  });
});

describe("conditions", () => {
  test("the first branch that holds is read, also inside one that is not", () => {
    expect(
      constants(`
        #define N 3
        #if N == 1
        const long A = 1;
        #elif N > 2 && defined(N) && !defined M
        const long A = 2;
        #if 0
        const long B = 1;
        #else
        const long B = 2;
        #endif
        #elif 1
        const long A = 3;
        #else
        const long A = 4;
        #endif
        #ifndef M
        const long C = 5;
        #endif
      `),
    ).toEqual({ A: "2", B: "2", C: "5" });
  });

  test("what is left out need not be IDL", () => {
    expect(constants('#if 0\n it\'s "open /* and\n#include "nowhere.h"\n#endif\nconst long A = 1;')).toEqual({
      A: "1",
    });
  });

  test("unknown names are 0, and nothing is divided by it", () => {
    expect(constants("#if NOTHING\nbroken\n#endif\nconst long A = 1;")).toEqual({ A: "1" });
    expect(constants("#if 1 / NOTHING\n#endif\nconst long A = 1;")).toEqual(["IDL0111 test.idl:1"]);
  });

  test("what has no partner is reported where it stands", () => {
    expect(constants("#endif\n#else\n#if 1\nconst long A = 1;")).toEqual([
      "IDL0109 test.idl:1",
      "IDL0109 test.idl:2",
      "IDL0110 test.idl:3",
    ]);
  });
});

describe("includes", () => {
  test("bring text and macros, beside imports that bring names only", () => {
    const files = {
      "macros.h": "#pragma once\n#define N 5\nconst long H = N;",
      "other.idl": "#define ELSEWHERE 1\nconst long O = 1;",
    };
    const text =
      '#include "macros.h"\n#include <macros.h>\nimport "other.idl";\nconst long A = N + O;\n#ifdef ELSEWHERE\n?\n#endif';
    expect(constants(text, files)).toEqual({ H: "5", A: "6" });
  });

  test("a guard keeps a second one out, and a cycle without a guard ends", () => {
    const guarded = { "g.h": '#ifndef G\n#define G\n#include "g.h"\nconst long A = 1;\n#endif' };
    expect(constants('#include "g.h"\n#include "g.h"', guarded)).toEqual({ A: "1" });
    expect(constants('#include "c.h"', { "c.h": '#include "c.h"' })).toContain("IDL0007 c.h:1");
  });

  test("a report in an included file names that file", () => {
    expect(constants('#include "bad.h"\nconst long A = 1;', { "bad.h": "\nconst long B = ;" })).toEqual([
      "IDL0201 bad.h:2",
    ]);
  });
});
