import { describe, expect, test } from "vitest";
import { compile, type Dialect, formatDiagnostic, type Member, type Unit } from "../src/index.js";
import { HEADER, memoryHost } from "./helpers.js";

/** The unit of a text itself, beside those of the prelude. */
function unitIn(dialect: Dialect, body: string, partial = false): Unit {
  const host = memoryHost({ "test.idl": body });
  const { model, diagnostics } = compile(["test.idl"], host, { dialect, partial });
  const unit = model?.units.find(({ file }) => file === "test.idl");
  if (unit === undefined) throw new Error(diagnostics.map((found) => formatDiagnostic(found)).join("\n"));
  return unit;
}

/** The members of the struct S in a text. */
function membersIn(dialect: Dialect, text: string): readonly Member[] {
  const found = unitIn(dialect, text).types.find((type) => type.kind === "struct" && type.name === "S");
  return found?.kind === "struct" ? found.members : [];
}

/** Its first method's parameters. */
function parametersIn(dialect: Dialect, body: string) {
  return unitIn(dialect, `${HEADER} interface Test { ${body} }`).interface?.methods[0]?.parameters ?? [];
}

describe("what the dialects read differently", () => {
  test.each([
    ["midl", "unique"],
    ["widl", "unique"],
    ["pidl", "unique"],
    ["dce", "ptr"],
  ] as const)("%s: a pointer that nothing says the kind of is %s", (dialect, pointer) => {
    expect(membersIn(dialect, "struct S { long *p; };")[0]?.type).toMatchObject({ kind: "pointer", pointer });
  });

  test.each([
    ["midl", "int64"],
    ["widl", "int64"],
    ["pidl", "uint64"],
    ["dce", "int64"],
  ] as const)("%s: a hyper is %s", (dialect, scalar) => {
    expect(membersIn(dialect, "struct S { hyper a; };")[0]?.type).toEqual({ kind: "scalar", scalar });
    expect(membersIn(dialect, "struct S { __int64 a; };")[0]?.type).toEqual({
      kind: "scalar",
      scalar: "int64",
    });
  });

  test.each([
    ["midl", "int16"],
    ["pidl", "uint32"],
  ] as const)("%s: the tag of a union without switch_type is %s", (dialect, scalar) => {
    const text = "struct S { short k; [switch_is(k)] union { [case(1)] long a; } u; };";
    const union = unitIn(dialect, text).types.find((type) => type.kind === "union");
    expect(union).toMatchObject({ discriminant: { kind: "scalar", scalar } });
  });

  test.each(["midl", "widl", "pidl", "dce"] as const)("%s: names itself by a macro", (dialect) => {
    const macros = { midl: "__midl", widl: "__WIDL__", pidl: "__PIDL__", dce: "_DCE_IDL_" };
    const text = `#ifndef ${macros[dialect]}\n?\n#endif\nconst long A = 1;`;
    expect(unitIn(dialect, text).constants).toHaveLength(1);
  });

  test("DCE's own types need no import, and one of the search path goes before", () => {
    const text = "struct S { unsigned32 a; idl_boolean b; };";
    expect(membersIn("dce", text).map(({ type }) => type)).toMatchObject([
      { kind: "named", name: "unsigned32" },
      { kind: "named", name: "idl_boolean" },
    ]);
    const files = { "test.idl": "struct S { unsigned32 a; };", "dce/nbase.idl": "typedef hyper unsigned32;" };
    const { model } = compile(["test.idl"], memoryHost(files), { dialect: "dce" });
    expect(model?.units.map(({ name }) => name)).toEqual(["nbase", "test"]);
  });
});

describe("MIDL", () => {
  test("[string] of a BSTR says what programs see, and changes nothing of what is sent", () => {
    const body = 'import "oaidl.idl"; interface Test { void F([out, string] BSTR *a, [out] BSTR *b) const; }';
    const [a, b] =
      unitIn("midl", body.replace("interface", `${HEADER} interface`)).interface?.methods[0]?.parameters ??
      [];
    expect(a?.type).toEqual(b?.type);
    expect(a?.type).toMatchObject({ kind: "pointer", target: { kind: "named", name: "BSTR" } });
  });
});

test("an enum may be announced as C does it, and need not be defined", () => {
  const text = "enum E; enum F; enum F { A }; struct S { enum F f; };";
  expect(membersIn("midl", text)[0]?.type).toEqual({ kind: "named", unit: "test", name: "F" });
});

describe("DCE", () => {
  test("strings of unsigned short, where C knows no wchar_t", () => {
    const text =
      "typedef unsigned16 wchar16_t; struct S { [string] wchar16_t *a; [string] unsigned16 b[8]; };";
    expect(membersIn("dce", text).map(({ type }) => type)).toMatchObject([
      { target: { kind: "string", unit: "wchar_t", fixed: null } },
      { kind: "string", unit: "wchar_t", fixed: 8 },
    ]);
  });

  test("a comma too many behind the parameters", () => {
    const parameters = parametersIn("dce", "void F([in] long a, [in] long b,);");
    expect(parameters.map(({ name }) => name)).toEqual(["a", "b"]);
  });
});

describe("pidl", () => {
  test("GUID and policy_handle need no import, and give way to a file's own", () => {
    const [guid, handle] = membersIn("pidl", "struct S { GUID guid; policy_handle handle; };");
    expect(guid?.type).toEqual({ kind: "named", unit: "pidl-types", name: "GUID" });
    expect(handle?.type).toEqual({ kind: "named", unit: "pidl-types", name: "policy_handle" });
    const [own] = membersIn("pidl", "typedef struct { uint32 a; } GUID; struct S { GUID guid; };");
    expect(own?.type).toEqual({ kind: "named", unit: "test", name: "GUID" });
  });

  test("bitmaps and enums of a fixed width are integers with constants", () => {
    const unit = unitIn(
      "pidl",
      `typedef [bitmap16bit] bitmap { READ = 1, WRITE = 2, BOTH = READ | WRITE } Access;
       typedef [enum8bit] enum { ONE = 1, TWO } Kind;`,
    );
    expect(unit.types).toMatchObject([
      { kind: "alias", name: "Access", type: { scalar: "uint16" } },
      { kind: "alias", name: "Kind", type: { scalar: "uint8" } },
    ]);
    expect(unit.constants.map(({ name, value }) => [name, value.value])).toEqual([
      ["READ", "1"],
      ["WRITE", "2"],
      ["BOTH", "3"],
      ["ONE", "1"],
      ["TWO", "2"],
    ]);
  });

  test("strings are integers with a character set", () => {
    const [a, b] = parametersIn(
      "pidl",
      "void F([in, unique, string, charset(UTF16)] uint16 *a, [in, string, charset(DOS)] uint8 *b);",
    );
    expect(a?.type).toMatchObject({ pointer: "unique", target: { kind: "string", unit: "wchar_t" } });
    expect(b?.type).toMatchObject({ pointer: "ref", target: { kind: "string", unit: "char" } });
  });

  test("scalars and structs of its own", () => {
    const members = membersIn(
      "pidl",
      "typedef struct { NTSTATUS a; WERROR b; uint8 c; int3264 d; NTTIME e; dom_sid2 *f; } S;",
    );
    expect(members.map(({ type }) => type)).toMatchObject([
      { scalar: "uint32" },
      { scalar: "uint32" },
      { scalar: "uint8" },
      { scalar: "int3264" },
      { kind: "named", name: "NTTIME" },
      { kind: "pointer", target: { kind: "named", name: "dom_sid2" } },
    ]);
  });

  test("methods that need what NDR does not have are left out on request, and the others keep their opnums", () => {
    const text = `[uuid("6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10"), version(1.0)] interface Test {
      typedef [nopush] struct { long a; } Odd;
      void A([in] long a);
      void B([in] Odd *odd);
      [nopull] void C([in] long a);
      [noopnum] void D();
      [todo] void E();
      void F([in] long a);
    }`;
    const { model, diagnostics } = compile(["t.idl"], memoryHost({ "t.idl": text }), { dialect: "pidl" });
    expect(model).toBeNull();
    expect(diagnostics.filter(({ severity }) => severity === "error").map(({ id }) => id)).toEqual([
      "IDL0304",
      "IDL0302",
    ]);
    const methods = unitIn("pidl", text, true).interface?.methods ?? [];
    expect(methods.map(({ name, opnum }) => [name, opnum])).toEqual([
      ["A", 0],
      ["F", 4],
    ]);
  });
});

describe("what only a pointer's place, or only a pointer, is sent of", () => {
  test("is said of the member or parameter", () => {
    const [count, kept, dropped] = membersIn(
      "midl",
      "struct S { long n; [size_is(n), disable_consistency_check] byte *kept; [ignore] long *dropped; };",
    );
    expect([count?.ignore, kept?.ignore, dropped?.ignore]).toEqual([false, false, true]);
    expect([count, kept, dropped].map((member) => member?.disableConsistencyCheck)).toEqual([
      false,
      true,
      false,
    ]);
    const [wanted, plain] = parametersIn(
      "midl",
      "void F([in, out, unique, partial_ignore] long *wanted, [in] long plain);",
    );
    expect([wanted?.partialIgnore, plain?.partialIgnore]).toEqual([true, false]);
  });

  test("a typedef can say that a null may stand for an array of any count", () => {
    const unit = unitIn("midl", "typedef [unique, disable_consistency_check] long *P; struct S { P p; };");
    expect(unit.types.map(({ name }) => name)).toEqual(["P", "S"]);
  });
});
