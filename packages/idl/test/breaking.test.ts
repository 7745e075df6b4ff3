import { describe, expect, test } from "vitest";
import {
  type BreakingFinding,
  breakingRules,
  findBreaking,
  freezeInterfaces,
  frozenText,
  parseFrozen,
} from "../src/index.js";
import { modelOf } from "./helpers.js";
import { Random } from "./random.js";
import { evolve, randomInterface } from "./random-interface.js";

const UUID = "6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10";
const rounds = Number(process.env["NCALRPC_FUZZ"] ?? 400);

function wrap(body: string, version = "1.0", name = "A"): string {
  return `[uuid(${UUID}), version(${version}), pointer_default(unique)] interface ${name} { ${body} }`;
}

function compare(before: string, after: string): readonly BreakingFinding[] {
  const header = (text: string) => (text.startsWith("[") ? text : wrap(text));
  return findBreaking(modelOf(header(before)), modelOf(header(after)));
}

function rules(before: string, after: string): string[] {
  return compare(before, after).map(({ rule }) => rule);
}

/** A change that breaks, and the least one like it that does not. */
const cases: readonly [rule: keyof typeof breakingRules, before: string, after: string, fine: string][] = [
  [
    "interface-uuid-changed",
    "void F();",
    `[uuid(7c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0)] interface A { void F(); }`,
    "void F();",
  ],
  [
    "interface-removed",
    "void F();",
    `[uuid(7c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0)] interface B { void F(); }`,
    "void F();",
  ],
  ["major-version-changed", "void F();", wrap("void F();", "2.0"), wrap("void F();", "1.4")],
  ["minor-version-lowered", wrap("void F();", "1.4"), wrap("void F();", "1.3"), wrap("void F();", "1.5")],
  ["minor-version-not-raised", "void F();", "void F(); void G();", wrap("void F(); void G();", "1.1")],
  [
    "endpoint-removed",
    `[uuid(${UUID}), version(1.0), endpoint("ncalrpc:[a]")] interface A { void F(); }`,
    "void F();",
    `[uuid(${UUID}), version(1.0), endpoint("ncalrpc:[b]", "ncalrpc:[a]")] interface A { void F(); }`,
  ],
  ["method-removed", "void F(); void G();", "void F();", "void F(); void G();"],
  ["method-moved", "void F(); long G();", "long G(); void F();", "void F(); long G();"],
  ["method-renamed", "void F();", "void G();", "/** Doc. */ void F();"],
  ["parameter-added", "void F();", "void F([in] long a);", "void F(void);"],
  ["parameter-removed", "void F([in] long a);", "void F();", "void F([in] int a);"],
  ["parameter-renamed", "void F([in] long a);", "void F([in] long b);", "void F([in] signed long a);"],
  ["direction-changed", "void F([in] long *a);", "void F([out] long *a);", "void F([in, ref] long *a);"],
  [
    "signature-changed",
    "void F([in] long n, [in, size_is(n)] long *a);",
    "void F([in] long n, [in, size_is(n + 0)] long *a);",
    "void F([in] int n, [in, size_is(n)] signed int *a);",
  ],
  ["type-changed", "void F([in] long a);", "void F([in] hyper a);", "typedef long T; void F([in] T a);"],
  ["type-changed", "long F();", "void F();", "int F();"],
  [
    "type-changed",
    "void F([in, system_handle(sh_file)] void *a);",
    "void F([in, system_handle(sh_pipe)] void *a);",
    "void F([in, system_handle(sh_file, 1)] hyper a);",
  ],
  [
    "type-changed",
    "void F([in, system_handle(sh_file)] void *a);",
    "void F([in, unique, system_handle(sh_file)] void *a);",
    "typedef [system_handle(sh_file)] void *T; void F([in] T a);",
  ],
  [
    "pointer-changed",
    "void F([in, unique] long *a);",
    "void F([in, ref] long *a);",
    "typedef [unique] long *P; void F([in] P a);",
  ],
  [
    "extent-changed",
    "void F([in] long n, [in, size_is(n + 1)] byte *a);",
    "void F([in] long n, [in, size_is(n * 2)] byte *a);",
    "void F([in] long n, [in, max_is(n)] byte *a);",
  ],
  [
    "extent-changed",
    "struct S { byte a[4]; }; void F([in] struct S s);",
    "struct S { byte a[5]; }; void F([in] struct S s);",
    "struct S { unsigned small a[4]; }; void F([in] struct S s);",
  ],
  [
    "range-narrowed",
    "void F([in, range(0, 9)] long a);",
    "void F([in, range(0, 8)] long a);",
    wrap("void F([in, range(0, 10)] long a);", "1.1"),
  ],
  [
    "range-narrowed",
    "void F([in] long a);",
    "void F([in, range(0, 8)] long a);",
    "typedef [range(-2147483648, 2147483647)] long T; void F([in] long a);",
  ],
  [
    "range-widened",
    "void F([out, range(0, 9)] long *a);",
    "void F([out, range(0, 10)] long *a);",
    wrap("void F([out, range(0, 8)] long *a);", "1.1"),
  ],
  [
    "member-added",
    "struct S { long a; }; void F([in] struct S s);",
    "struct S { long a; long b; }; void F([in] struct S s);",
    "struct S { long a; }; struct T { long b; }; void F([in] struct S s);",
  ],
  [
    "member-removed",
    "struct S { long a; long b; }; void F([in] struct S s);",
    "struct S { long a; }; void F([in] struct S s);",
    "struct S { long a, b; }; void F([in] struct S s);",
  ],
  [
    "member-renamed",
    "struct S { long a; }; void F([in] struct S s);",
    "struct S { long b; }; void F([in] struct S s);",
    "struct S { int a; }; void F([in] struct S s);",
  ],
  [
    "enum-width-changed",
    "typedef enum { X } E; void F([in] E e);",
    "typedef [v1_enum] enum { X } E; void F([in] E e);",
    "typedef enum { X, Y } E; void F([in] E e);",
  ],
  [
    "label-removed",
    "typedef enum { X, Y } E; void F([in] E e);",
    "typedef enum { X } E; void F([in] E e);",
    "typedef enum { X, Y, Z } E; void F([in] E e);",
  ],
  [
    "label-value-changed",
    "typedef enum { X, Y } E; void F([in] E e);",
    "typedef enum { X = 4, Y = 1 } E; void F([in] E e);",
    "typedef enum { Y = 1, X = 0 } E; void F([in] E e);",
  ],
  [
    "label-renamed",
    "typedef enum { X, Y } E; void F([in] E e);",
    "typedef enum { X, W } E; void F([in] E e);",
    "typedef enum { X = 0, Y = 1 } E; void F([in] E e);",
  ],
  ["interface-renamed", "void F();", wrap("void F();", "1.0", "B"), "void F();"],
  [
    "type-name-removed",
    "typedef struct { long a; } S; void F([in] S s);",
    "typedef struct { long a; } T; void F([in] T s);",
    "typedef struct { long a; } T; typedef T S; void F([in] T s);",
  ],
  ["constant-removed", "const long C = 1;", "const long D = 1;", "const long C = 1; const long D = 1;"],
  ["constant-changed", "const long C = 1;", "const long C = 2;", "const long C = 2 - 1;"],
];

describe("findBreaking", () => {
  test.each(cases)("%s: %s -> %s", (rule, before, after, fine) => {
    const expected = rule === "signature-changed" ? [rule, "extent-changed"] : [rule];
    expect([...new Set(rules(before, after))]).toEqual(expected);
    expect(rules(before, fine)).toEqual([]);
  });

  test("says what changed, whom it breaks, and what to do instead", () => {
    expect(
      compare(
        "typedef struct { long a; } S; void F([in] S *s);",
        "typedef struct { hyper a; } S; void F([in] S *s);",
      ),
    ).toEqual([
      {
        rule: "type-changed",
        tier: "wire",
        file: "test.idl",
        where: "A.F: s.a",
        message: "was long, is hyper",
        breaks: "peers of the other version misread each other's messages",
        instead: "leave it and add a method at the end",
      },
    ]);
  });

  test("every rule has its texts, and no interface breaks itself", () => {
    for (const record of Object.values(breakingRules)) {
      expect(["wire", "source"]).toContain(record.tier);
      for (const text of [record.purpose, record.breaks, record.instead])
        expect(text.length).toBeGreaterThan(5);
    }
    const random = new Random(3);
    for (let round = 0; round < 20; round += 1) {
      const model = modelOf(randomInterface(random).text());
      expect(findBreaking(model, model)).toEqual([]);
    }
  });

  test("recursive types end", () => {
    const text = (type: string) =>
      `typedef struct Node { ${type} value; struct Node *next; } Node; void F([in] Node *n);`;
    expect(rules(text("long"), text("short"))).toEqual(["type-changed"]);
  });

  test("what the same struct sends in both directions is judged in both", () => {
    const text = (max: number) =>
      `typedef struct { [range(0, ${max})] long v; } S; void F([in] S *s); void G([out] S *s);`;
    expect(rules(text(9), text(10)).sort()).toEqual(["range-widened", "range-widened"]);
    expect(rules(wrap(text(9)), wrap(text(8), "1.1"))).toEqual(["range-narrowed"]);
  });

  test(`knows the verdict of ${rounds} random edits`, () => {
    const random = new Random(0xb4ea);
    const seen = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      const before = randomInterface(random);
      const { after, expected, edit } = evolve(before, random);
      const found = [
        ...new Set(findBreaking(modelOf(before.text()), modelOf(after.text())).map(({ rule }) => rule)),
      ];
      expect(found.sort(), `${edit}\n${before.text()}\n${after.text()}`).toEqual([...expected].sort());
      seen.add(edit);
    }
    expect(seen.size).toBeGreaterThan(12);
  });
});

describe("frozen models", () => {
  const text = wrap(
    "/** Doc. */ typedef struct { long a; } S; /** Doc. */ void F([in] S *s); void G([out, system_handle(sh_file, 1)] void **f);",
    "2.7",
  );

  test("hold one interface each, without comments, under name and version", () => {
    const [frozen, ...others] = freezeInterfaces(modelOf(text));
    expect(others).toEqual([]);
    expect(frozen?.name).toBe("A.2.7");
    expect(frozen === undefined ? "" : frozenText(frozen)).not.toContain("Doc.");
    expect(freezeInterfaces(modelOf(text.replaceAll("Doc.", "Other.")))[0]?.hash).toBe(frozen?.hash);
    expect(freezeInterfaces(modelOf(text.replace("long", "short")))[0]?.hash).not.toBe(frozen?.hash);
  });

  test("are read back, and not if they were changed", () => {
    const [frozen] = freezeInterfaces(modelOf(text));
    if (frozen === undefined) throw new Error("nothing frozen");
    expect(findBreaking(parseFrozen(frozenText(frozen), frozen.hash), modelOf(text))).toEqual([]);
    expect(() => parseFrozen(frozenText(frozen).replace("int32", "int16"), frozen.hash)).toThrow(
      /changed after it was frozen/,
    );
    expect(() => parseFrozen("{", null)).toThrow(/not JSON/);
    const deep = `${'{"kind":"pointer","pointer":"ref","target":'.repeat(5000)}1${"}".repeat(5000)}`;
    for (const bad of [
      "1",
      "{}",
      '{"format":2,"units":[]}',
      '{"format":1,"units":[{"kind":"interface"}]}',
      frozenText(frozen).replace(/"target": \{/, `"target": ${deep}, "rest": {`),
    ])
      expect(() => parseFrozen(bad, null)).toThrow(/not an interface model/);
  });
});
