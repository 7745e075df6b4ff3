import { describe, expect, test } from "vitest";
import { type CompileOptions, compile, type Unit } from "../src/index.js";
import { HEADER, memoryHost } from "./helpers.js";

const IDL = `${HEADER} interface Test {
  typedef [context_handle] void *Handle;
  typedef struct { long a; } Local;
  Handle Open([in] handle_t binding, [in, string] wchar_t *name);
  long Read([in] Handle handle, [out] error_status_t *status);
  void Save([in] Local *value);
}`;

function unitWith(acf: string, files: Readonly<Record<string, string>> = {}, options: CompileOptions = {}) {
  const { model, diagnostics } = compile(
    ["dir/test.idl"],
    memoryHost({ "dir/test.idl": IDL, "test.acf": "", "dir/test.acf": acf, ...files }),
    options,
  );
  return { unit: model?.units[0], found: diagnostics.map(({ id, file, line }) => `${id} ${file}:${line}`) };
}

function attributesOf(unit: Unit | undefined, method: string): string[] {
  const found = unit?.interface?.methods.find(({ name }) => name === method);
  return (found?.attributes ?? []).map(({ name, text }) => (text === null ? name : `${name}(${text})`));
}

/** Beside `dir/test.idl` lies `dir/test.acf`; a host finds either name beside its file only. */
function beside(acf: string) {
  const files: Record<string, string> = { "dir/test.idl": IDL, "dir/test.acf": acf };
  const { model, diagnostics } = compile(["dir/test.idl"], {
    read: (path) => files[path] ?? null,
    resolveImport: (name) => (`dir/${name}` in files ? `dir/${name}` : null),
  });
  return { unit: model?.units[0], found: diagnostics.map(({ id, file, line }) => `${id} ${file}:${line}`) };
}

describe("an ACF file", () => {
  test("beside its IDL file is read without being asked for", () => {
    const { unit, found } = beside("[implicit_handle(handle_t binding)] interface Test { [async] Read(); }");
    expect(found).toEqual([]);
    expect(unit?.interface?.attributes).toEqual([{ name: "implicit_handle", text: "handle_t binding" }]);
    expect(attributesOf(unit, "Read")).toEqual(["async"]);
  });

  test("that is named goes before the one beside", () => {
    const files = { "other.acf": "interface Test { [encode, decode] Save([comm_status] value); }" };
    const { unit, found } = unitWith("interface Test { [async] Save(); }", files, { acf: "other.acf" });
    expect(found).toEqual([]);
    expect(attributesOf(unit, "Save")).toEqual(["encode", "decode", "comm_status(value)"]);
  });

  test("that is named and missing is an error", () => {
    expect(unitWith("", {}, { acf: "missing.acf" }).found).toEqual(["IDL0001 dir/test.idl:1"]);
  });

  test("says what programs see of a type, and nothing else of it changes", () => {
    const { unit, found } = beside("interface Test { typedef [represent_as(Seen)] Local; }");
    expect(found).toEqual([]);
    const hooked = unit?.types.find((type) => type.kind === "alias" && type.hook !== null);
    expect(hooked).toMatchObject({ name: "Local", hook: { kind: "represent_as", local: "Seen" } });
  });

  test("is preprocessed, and what it includes for C is stepped over", () => {
    const { unit, found } = beside(`
      #define WAITS async
      import "x.acf"; include "x.h";
      interface Test { include "y.h", "z.h"; cpp_quote("#define A 1") [WAITS] Read(), Open(); ; }`);
    expect(found).toEqual([]);
    expect(attributesOf(unit, "Read")).toEqual(["async"]);
    expect(attributesOf(unit, "Open")).toEqual(["async"]);
  });

  test("that names what the IDL does not have is a warning for each", () => {
    const { unit, found } = beside(`interface Test {
      typedef [represent_as(X)] Nothing;
      [async] Missing();
      Read([comm_status] nowhere, [byte_count(n)] unknown);
    }
    interface Other { }`);
    expect(unit).toBeDefined();
    // A status that only the ACF names is the stub's own.
    expect(found.sort()).toEqual([
      "IDL0901 dir/test.acf:2",
      "IDL0901 dir/test.acf:3",
      "IDL0901 dir/test.acf:4",
      "IDL0901 dir/test.acf:6",
    ]);
  });

  test("says nothing twice: the IDL's own attribute stands", () => {
    const idl = `${HEADER} interface Test { [comm_status] long F([in] long a); }`;
    const { model, diagnostics } = compile(
      ["t.idl"],
      memoryHost({ "t.idl": idl, "t.acf": "interface Test { [comm_status] F(); }" }),
    );
    expect(diagnostics).toEqual([]);
    expect(attributesOf(model?.units[0], "F")).toEqual(["comm_status"]);
  });

  test.each([
    ["", []],
    ["interface", ["IDL0201 dir/test.acf:1"]],
    ["[async interface Test { }", ["IDL0201 dir/test.acf:1"]],
    ["interface Test { [async] Read( }", ["IDL0201 dir/test.acf:1"]],
    ["typedef [x] y;", ["IDL0201 dir/test.acf:1"]],
    ["interface Test { typedef ; }", ["IDL0201 dir/test.acf:1"]],
  ])("broken as %j is a report in it", (acf, expected) => {
    expect([...new Set(beside(acf).found)]).toEqual(expected);
  });
});
