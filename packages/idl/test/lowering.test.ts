import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, createNodeHost, formatDiagnostic, modelHash } from "../src/index.js";
import { HEADER, memoryHost, modelOf, parametersOf, unitOf } from "./helpers.js";

const fixtures = join(import.meta.dirname, "fixtures");

describe("golden models", () => {
  const names = readdirSync(join(fixtures, "accepted")).filter((name) => name.endsWith(".idl"));
  test.each(names)("%s", async (name) => {
    const text = readFileSync(join(fixtures, "accepted", name), "utf8");
    const imports = createNodeHost();
    const { model, diagnostics } = compile([name], {
      read: (path) => (path === name ? text : imports.read(join(fixtures, "accepted", path))),
      resolveImport: (imported) =>
        imports.read(join(fixtures, "accepted", imported)) === null ? null : imported,
    });
    expect(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic))).toEqual([]);
    const golden = join(fixtures, "golden", name.replace(/\.idl$/, ".golden"));
    await expect(`${JSON.stringify(model, null, 2)}\n`).toMatchFileSnapshot(golden);
  });
});

describe("the model of a small interface, by hand", () => {
  test("service control of the design", () => {
    const model = modelOf(`${HEADER}
      /** Not a doc comment of anything: it stands behind the attributes. */
      interface ServiceControl {
        typedef enum { STOPPED, RUNNING = 4, STOPPING } State;
        typedef struct { [string] wchar_t *name; State state; } Status;
        void Query([in, string] const wchar_t *name, [out] Status *status);
      }`);
    const named = (name: string) => ({ kind: "named", unit: "ServiceControl", name });
    const text = { kind: "string", unit: "wchar_t", fixed: null, size: null };
    const plain = {
      doc: null,
      range: null,
      countOf: null,
      switchOf: null,
      ignore: false,
      disableConsistencyCheck: false,
    };
    expect(model).toEqual({
      format: 1,
      units: [
        {
          kind: "interface",
          name: "ServiceControl",
          file: "test.idl",
          imported: false,
          doc: null,
          constants: [],
          types: [
            {
              kind: "enum",
              name: "State",
              doc: null,
              wide: false,
              labels: [
                { name: "STOPPED", value: 0, doc: null },
                { name: "RUNNING", value: 4, doc: null },
                { name: "STOPPING", value: 5, doc: null },
              ],
            },
            {
              kind: "struct",
              name: "Status",
              doc: null,
              members: [
                { name: "name", type: { kind: "pointer", pointer: "unique", target: text }, ...plain },
                { name: "state", type: named("State"), ...plain },
              ],
            },
          ],
          interface: {
            uuid: "6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10",
            version: { major: 1, minor: 0 },
            endpoints: [],
            callbacks: [],
            attributes: [],
            methods: [
              {
                name: "Query",
                doc: null,
                opnum: 0,
                idempotent: false,
                maybe: false,
                broadcast: false,
                message: false,
                callAs: null,
                attributes: [],
                parameters: [
                  {
                    name: "name",
                    type: { kind: "pointer", pointer: "ref", target: text },
                    direction: "in",
                    partialIgnore: false,
                    ...plain,
                  },
                  {
                    name: "status",
                    type: { kind: "pointer", pointer: "ref", target: named("Status") },
                    direction: "out",
                    partialIgnore: false,
                    ...plain,
                  },
                ],
                returns: null,
              },
            ],
          },
        },
      ],
    });
  });
});

describe("pointer kinds", () => {
  const kinds = (body: string, pointerDefault: string) => {
    const unit = unitOf(
      `[uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0), pointer_default(${pointerDefault})] interface T { ${body} }`,
    );
    return [...JSON.stringify(unit).matchAll(/"pointer":"(\w+)"/g)].map((match) => match[1]);
  };

  test.each([
    ["void F(long **a);", "unique", ["ref", "unique"]],
    ["void F(long **a);", "ref", ["ref", "ref"]],
    ["void F([unique] long **a);", "ref", ["unique", "ref"]],
    ["struct S { long *a; [ref] long **b; };", "unique", ["unique", "ref", "unique"]],
    ["struct S { long *a; };", "ref", ["ref"]],
    ["long *F();", "ref", ["unique"]],
    ["typedef long *P; void F(P a, [unique] P b);", "unique", ["unique", "ref", "unique"]],
    ["typedef [unique] long *P; void F(P a);", "ref", ["unique"]],
    ["typedef long *P; struct S { P a; [ref] P b; };", "unique", ["unique", "ref"]],
    ["void F(long *a[2]);", "unique", ["unique"]],
    ["typedef long *P; P F();", "ref", ["ref", "unique"]],
  ])("%s with %s", (body, pointerDefault, expected) => {
    expect(kinds(body, pointerDefault)).toEqual(expected);
  });
});

describe("arrays", () => {
  const typeOf = (member: string) => {
    const [definition] = unitOf(`struct S { long n; long m; ${member}; };`).types;
    return JSON.stringify(definition?.kind === "struct" ? definition.members.at(-1)?.type : null);
  };
  const array = (parts: object) => ({
    kind: "array",
    element: { kind: "scalar", scalar: "int16" },
    fixed: null,
    size: null,
    length: null,
    first: null,
    joined: false,
    ...parts,
  });
  const n = { kind: "name", name: "n", dereference: false };
  const m = { ...n, name: "m" };
  const one = { kind: "integer", value: "1" };
  const binary = (operator: string, left: object, right: object) => ({
    kind: "binary",
    operator,
    left,
    right,
  });
  const pointer = (target: object) => ({ kind: "pointer", pointer: "unique", target });

  const then = binary("/", n, { kind: "integer", value: "2" });

  test.each([
    ["short a[3]", array({ fixed: 3 })],
    ["short a[0..3]", array({ fixed: 4 })],
    ["short a[2][3]", { ...array({ fixed: 2 }), element: array({ fixed: 3 }) }],
    ["[size_is(n)] short a[]", array({ size: n })],
    ["[size_is(n)] short a[*]", array({ size: n })],
    ["[size_is(n), length_is(m)] short a[]", array({ size: n, length: m })],
    ["[length_is(n)] short a[8]", array({ fixed: 8, length: n })],
    ["[max_is(n)] short a[]", array({ size: binary("+", n, one) })],
    ["[last_is(n)] short a[8]", array({ fixed: 8, length: binary("+", n, one) })],
    [
      "[first_is(n), last_is(m)] short a[8]",
      array({ fixed: 8, first: n, length: binary("+", binary("-", m, n), one) }),
    ],
    [
      "[first_is(n)] short a[8]",
      array({ fixed: 8, first: n, length: binary("-", { kind: "integer", value: "8" }, n) }),
    ],
    ["[size_is(n)] short *a", pointer(array({ size: n }))],
    ["[size_is(, n)] short **a", pointer(pointer(array({ size: n })))],
    ["[size_is(n, m)] short **a", pointer({ ...array({ size: n }), element: pointer(array({ size: m })) })],
    [
      "[size_is(n)] short *a[]",
      { ...array({ size: n }), element: pointer({ kind: "scalar", scalar: "int16" }) },
    ],
    ["[size_is(2 * 3)] short *a", pointer(array({ size: { kind: "integer", value: "6" } }))],
    [
      "[size_is(n > 0 ? n / 2 : m)] short *a",
      pointer(
        array({
          size: {
            kind: "conditional",
            condition: binary(">", n, { kind: "integer", value: "0" }),
            then,
            otherwise: m,
          },
        }),
      ),
    ],
    ["[string] char a[8]", { kind: "string", unit: "char", fixed: 8, size: null }],
    ["[string, size_is(n)] wchar_t *a", pointer({ kind: "string", unit: "wchar_t", fixed: null, size: n })],
    ["[string] byte **a", pointer(pointer({ kind: "string", unit: "byte", fixed: null, size: null }))],
    [
      "[string] wchar_t a[4][8]",
      { ...array({ fixed: 4 }), element: { kind: "string", unit: "wchar_t", fixed: 8, size: null } },
    ],
    [
      "[string, size_is(n)] char *a[]",
      { ...array({ size: n }), element: pointer({ kind: "string", unit: "char", fixed: null, size: null }) },
    ],
  ])("%s", (member, expected) => {
    expect(JSON.parse(typeOf(member))).toEqual(expected);
  });
});

describe("counts", () => {
  const counts = (parameters: string) =>
    Object.fromEntries(
      parametersOf(`void F(${parameters});`).flatMap((member) =>
        member.countOf === null ? [] : [[member.name, member.countOf]],
      ),
    );

  test.each([
    ["in, in", "[in] long n, [in, size_is(n)] byte *a", { n: "a" }],
    ["conformant", "[in] long n, [in, size_is(n)] byte a[]", { n: "a" }],
    ["size and length", "[in] long n, [in, size_is(n), length_is(n)] byte a[]", { n: "a" }],
    ["a capacity stays", "[in] long n, [in] long m, [in, size_is(n), length_is(m)] byte a[]", { m: "a" }],
    ["a constant size", "[in] long n, [in, size_is(10), length_is(n)] byte a[]", { n: "a" }],
    ["varying", "[in] long n, [in, length_is(n)] byte a[10]", { n: "a" }],
    ["a string's capacity", "[in] long n, [in, string, size_is(n)] wchar_t *a", {}],
    ["out, in count", "[in] long n, [out, size_is(n)] byte a[]", {}],
    ["out, out count", "[out] long *n, [out, size_is(, *n)] byte **a", { n: "a" }],
    ["read", "[in] long max, [out] long *n, [out, size_is(max), length_is(*n)] byte *a", { n: "a" }],
    ["in,out with in count", "[in] long n, [in, out, size_is(n)] byte *a", {}],
    ["in,out with in,out count", "[in, out] long *n, [in, out, size_is(*n)] byte *a", { n: "a" }],
    ["two arrays", "[in] long n, [in, size_is(n)] byte *a, [in, size_is(n)] byte *b", {}],
    ["an expression", "[in] long n, [in, size_is(n + 1)] byte *a", {}],
    ["max_is", "[in] long n, [in, max_is(n)] byte *a", {}],
    ["another use", "[in] long n, [in, size_is(n), length_is(n / 2)] byte *a", {}],
    ["inner level", "[in] long n, [in] long m, [in, size_is(n, m)] byte **a", { n: "a" }],
    ["offset", "[in] long n, [in] long m, [in, size_is(10), first_is(m), length_is(n)] byte *a", {}],
    ["unique count", "[in, unique] long *n, [in, size_is(*n)] byte *a", {}],
  ])("%s", (_, parameters, expected) => {
    expect(counts(parameters)).toEqual(expected);
  });
});

describe("names and units", () => {
  test("a typedef names a tag, whichever comes first", () => {
    const names = (text: string) => unitOf(text).types.map((type) => `${type.kind} ${type.name}`);
    expect(names("typedef struct _A { long a; } A, *PA;")).toEqual(["struct A", "alias PA"]);
    expect(names("typedef struct _A A; struct _A { A *next; };")).toEqual(["struct A"]);
    expect(names("struct _A { long a; }; typedef struct _A A; typedef A B;")).toEqual([
      "struct A",
      "alias B",
    ]);
    expect(names("typedef struct _A *PA; typedef struct _A { PA next; } A;")).toEqual([
      "alias PA",
      "struct A",
    ]);
    expect(names("typedef struct { long a; } *PA;")).toEqual(["struct PA_target", "alias PA"]);
    expect(names("typedef struct _A { struct { enum { X } e; } b; } A;")).toEqual([
      "enum A_b_e",
      "struct A_b",
      "struct A",
    ]);
    expect(names("enum { X, Y };")).toEqual(["enum X_enum"]);
  });

  test("context handles without a typedef have a definition of their own", () => {
    const unit = unitOf(`${HEADER} interface T {
      typedef void *OPAQUE;
      void Open([out, context_handle] void **h); void Use([in, context_handle] void *h);
      void Other([in, context_handle] OPAQUE h);
    }`);
    expect(unit.types).toEqual([
      { kind: "context_handle", name: "TContext", doc: null },
      { kind: "context_handle", name: "OPAQUE", doc: null },
    ]);
    expect(unit.interface?.methods[1]?.parameters[0]?.type).toEqual({
      kind: "named",
      unit: "T",
      name: "TContext",
    });
  });

  test("binding handles are dropped, and parameters without a name get one", () => {
    expect(parametersOf("void F(handle_t, long, [out] short *);").map((parameter) => parameter.name)).toEqual(
      ["arg1", "arg2"],
    );
  });

  test("docs reach every declaration", () => {
    const unit = unitOf(`/** unit */ ${HEADER} interface T {
      /// constant
      const long C = 1;
      /** enum */ typedef enum { /** label */ A, B } E;
      /** struct */ struct S { /** member */ long a; };
      /** method */ void F(/** parameter */ [in] long a);
    }`);
    const docs = [...JSON.stringify(unit).matchAll(/"doc":"(\w+)"/g)].map((match) => match[1]);
    expect(docs).toEqual(["unit", "constant", "enum", "label", "struct", "member", "method", "parameter"]);
  });
});

describe("modelHash", () => {
  test("does not depend on key order or file names, but on everything else", () => {
    const text = `${HEADER} interface T { void F([in] long a); }`;
    const host = memoryHost({ "one.idl": text, "two.idl": text });
    const one = compile(["one.idl"], host).model;
    const two = compile(["two.idl"], host).model;
    if (one === null || two === null) throw new Error("no model");
    expect(modelHash(one)).toMatch(/^[0-9a-f]{64}$/);
    expect(modelHash(two)).toBe(modelHash(one));
    expect(modelHash({ units: one.units, format: 1 })).toBe(modelHash(one));
    expect(modelHash(modelOf(text.replace("long a", "long b")))).not.toBe(modelHash(one));
  });
});
