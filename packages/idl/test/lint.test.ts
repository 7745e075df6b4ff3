import { describe, expect, test } from "vitest";
import { formatDiagnostic, lintFiles, lintRules } from "../src/index.js";
import { compileText, memoryHost } from "./helpers.js";

const HEADER = "[uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0)]";

function lint(body: string, tier: "default" | "strict" = "default", header = HEADER): string[] {
  const text = `/** Doc. */\n${header}\ninterface Test {\n${body}\n}\n`;
  const { diagnostics } = compileText(text);
  expect(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic))).toEqual([]);
  return lintFiles(["test.idl"], memoryHost({ "test.idl": text }), tier).map(
    ({ id, line }) => `${id}:${line - 3}`,
  );
}

const ids = (found: readonly string[]) => [...new Set(found.map((text) => text.split(":")[0]))];

describe("lint rules", () => {
  test.each(lintRules.map((rule) => [rule.id, rule] as const))(
    "%s finds its bad example, and not its good one",
    (id, rule) => {
      expect(ids(lint(rule.bad, "strict")).filter((found) => found !== "missing-doc")).toEqual(
        id === "missing-doc" ? ["missing-access-rule"] : [id],
      );
      expect(ids(lint(rule.bad, "strict"))).toContain(id);
      expect(lint(rule.good)).toEqual([]);
    },
  );

  test("every rule has its texts, and an id of its own", () => {
    expect(new Set(lintRules.map(({ id }) => id)).size).toBe(lintRules.length);
    for (const { id, purpose, hint } of lintRules) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
      for (const text of [purpose, hint]) expect(text.length).toBeGreaterThan(10);
    }
  });

  test.each([
    [
      "unbounded-size",
      "typedef [range(0, 9)] long Count; {} void F([in] Count n, [in, size_is(n)] byte *d);",
      [],
    ],
    ["unbounded-size", "{} void F([in] small n, [in, size_is(n * 2)] byte *d);", []],
    ["unbounded-size", "{} void F([in] long n, [out, size_is(n)] byte *d);", ["unbounded-size"]],
    ["unbounded-size", "{} void F([in] long n, [in, size_is(n), range(0, 4)] byte d[]);", []],
    ["unbounded-size", "{} struct S { long n; [size_is(n), unique] byte *d; };", ["unbounded-size"]],
    ["unbounded-string", "{} void F([out, string] wchar_t **s);", []],
    ["unbounded-string", "{} struct S { [string] char s[4]; };", []],
    [
      "unbounded-string",
      "typedef [string, unique] wchar_t *Text; {} void F([in] Text s);",
      ["unbounded-string"],
    ],
    ["missing-range", "typedef enum { A } E; {} void F([in] E e);", ["missing-range"]],
    ["missing-range", "typedef enum { A } E; {} void F([out] E *e);", []],
    ["missing-range", "{} void F([in, range(0, 4)] long count);", []],
    ["identity-parameter", "{} void F([in, string, range(1, 9)] char *userName);", ["identity-parameter"]],
    ["identity-parameter", "{} void F([out] long *callerUid);", []],
    ["identity-parameter", "{} void F([in, range(0, 9)] long pageToken);", []],
    ["identity-parameter", "{} void F([in, range(0, 9)] long nextUid);", ["identity-parameter"]],
    ["lone-character", "{} struct S { [unique] char *name; };", ["lone-character"]],
    ["lone-character", "{} void F([out] char *kind);", []],
    ["lone-character", "{} void F([in] byte *flag, [in, size_is(4)] char *tag);", []],
    ["identity-parameter", "{} void F([in] long liquid);", []],
    ["raw-handle", "{} void F([in] hyper sessionId);", ["raw-handle"]],
    ["raw-handle", "{} void F([in] hyper sessionLength);", ["missing-range"]],
    [
      "parallel-arrays",
      "{} void F([in, range(0, 4)] long n, [in, size_is(n)] long *a, [out, size_is(n)] long *b);",
      [],
    ],
  ])("%s in %s", (_, body, expected) => {
    expect(ids(lint(body.replace("{} ", "/** @access anyone */ ")))).toEqual(expected);
  });

  test("an access rule of the interface is one for all its methods", () => {
    const text = `/** All. @access anyone */ ${HEADER} interface Test { void F(); void G(); }`;
    expect(lintFiles(["test.idl"], memoryHost({ "test.idl": text }))).toEqual([]);
  });

  test("types of imported files are known, and their findings are not ours", () => {
    const files = {
      "main.idl": `import "types.idl"; /** @access anyone */ ${HEADER} interface Test { void F([in] Kind k, [in] Bounded length); }`,
      "types.idl":
        "typedef enum { A } Kind; typedef [range(0, 9)] long Bounded; struct S { [string] char *s; };",
    };
    expect(lintFiles(["main.idl"], memoryHost(files)).map(({ message }) => message)).toEqual([
      "any value of 'k' is accepted, also those that the enum does not name",
    ]);
  });
});

describe("suppressions", () => {
  const bad = "void F([in] long handle);";
  const access = "/** @access anyone */";

  test("stand above the line, several if need be, or on it", () => {
    expect(lint(`${access}\n// ncalrpc-ignore raw-handle a line number\n${bad}`)).toEqual([]);
    expect(lint(`${access}\n${bad} // ncalrpc-ignore raw-handle a line number`)).toEqual([]);
    expect(
      lint(
        `// ncalrpc-ignore missing-access-rule for tests\n// ncalrpc-ignore raw-handle a line number\n${bad}`,
      ),
    ).toEqual([]);
    expect(lint(`${access} void F([in] long handle /* ncalrpc-ignore raw-handle a line */);`)).toEqual([]);
  });

  test("suppress their rule only, on their line only, and with a reason only", () => {
    expect(lint(`${access}\n// ncalrpc-ignore missing-range a line\n${bad}`)).toEqual([
      "unused-suppression:2",
      "raw-handle:3",
    ]);
    expect(lint(`${access}\n// ncalrpc-ignore raw-handle a line\n\n${bad}`)).toEqual([
      "unused-suppression:2",
      "missing-access-rule:4",
      "raw-handle:4",
    ]);
    expect(lint(`${access}\n// ncalrpc-ignore raw-handle\n${bad}`)).toEqual([
      "malformed-suppression:2",
      "raw-handle:3",
    ]);
    expect(lint(`${access}\n// ncalrpc-ignore no-such-rule because\nvoid F();`)).toEqual([
      "malformed-suppression:2",
    ]);
  });

  test("of a strict rule are used when that is not asked for, too", () => {
    expect(
      lint("// ncalrpc-ignore missing-doc obvious\n// ncalrpc-ignore missing-access-rule test\nvoid F();"),
    ).toEqual([]);
  });
});
