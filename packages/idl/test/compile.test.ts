import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compile, createNodeHost, formatDiagnostic } from "../src/index.js";
import { cpuTime } from "./cpu-time.js";
import { compileText, HEADER, memoryHost } from "./helpers.js";

describe("imports", () => {
  test("each file is read once, its units come first, and only entries are not imported", () => {
    const files = {
      "a.idl": `import "b.idl"; import "c.idl"; ${HEADER} interface A { void F([in] B b, [in] C c); }`,
      "b.idl": 'import "c.idl"; typedef C B;',
      "c.idl": "typedef long C;",
    };
    const reads: string[] = [];
    const host = memoryHost(files);
    const result = compile(["a.idl"], {
      ...host,
      read(path) {
        reads.push(path);
        return host.read(path);
      },
    });
    expect(result.model?.units.map((unit) => [unit.name, unit.imported])).toEqual([
      ["c", true],
      ["b", true],
      ["A", false],
    ]);
    expect(reads).toEqual(["a.idl", "b.idl", "c.idl"]);
    expect(result.files).toEqual(["a.idl", "b.idl", "c.idl"]);
  });

  test("a cycle is tolerated; what it leaves undefined is reported", () => {
    const cyclic = memoryHost({
      "a.idl": 'import "b.idl"; typedef B A;',
      "b.idl": 'import "a.idl"; typedef long B;',
    });
    expect(compile(["a.idl"], cyclic).diagnostics).toEqual([]);
    const broken = memoryHost({
      "a.idl": 'import "b.idl"; typedef long A;',
      "b.idl": 'import "a.idl"; typedef A B;',
    });
    expect(compile(["a.idl"], broken).diagnostics.map((diagnostic) => diagnostic.id)).toEqual(["IDL0401"]);
  });

  test("a file that was not found may be what defines an unknown type", () => {
    const hints = (text: string) => compileText(text).diagnostics.map(({ id, hint }) => [id, hint]);
    expect(hints('#include <lw/types.h>\nimport "x.idl";\ntypedef Word A;')).toEqual([
      ["IDL0113", expect.stringContaining("-I")],
      ["IDL0002", expect.stringContaining("-I")],
      ["IDL0401", "it may be in 'lw/types.h', which was not found"],
    ]);
    expect(hints("typedef Word A;")).toEqual([["IDL0401", expect.stringContaining("import the file")]]);
  });

  test.each([
    ["string", "IDL has `[string] wchar_t *` for this"],
    ["uint32_t", "IDL has `unsigned long` for this"],
    ["unsinged", "did you mean 'unsigned'?"],
  ])("%s is another language's word, or a slip", (name, expected) => {
    expect(compileText(`typedef ${name} A;`).diagnostics.map(({ hint }) => hint)).toEqual([expected]);
  });

  test("names of files that are not imported stay invisible", () => {
    const host = memoryHost({ "a.idl": "typedef long A;", "b.idl": "typedef A B;" });
    expect(compile(["a.idl", "b.idl"], host).diagnostics.map((diagnostic) => diagnostic.file)).toEqual([
      "b.idl",
    ]);
  });

  test("definitions beside an interface of the file's name have a unit name of their own", () => {
    const text = `typedef long Id; ${HEADER} interface ServiceControl { void F([in] Id id); }`;
    const { model } = compile(["x/service-control.idl"], { read: () => text, resolveImport: () => null });
    expect(model?.units.map((unit) => unit.name)).toEqual(["service-control-types", "ServiceControl"]);
  });

  test("a missing entry is a diagnostic", () => {
    const { model, diagnostics } = compile(["nowhere.idl"], memoryHost({}));
    expect(model).toBeNull();
    expect(diagnostics[0] && formatDiagnostic(diagnostics[0])).toContain("nowhere.idl:1:1: error IDL0001");
  });
});

describe("createNodeHost", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "idl-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test("reads UTF-8 with a byte order mark, and Latin-1", () => {
    writeFileSync(join(directory, "bom.idl"), "\ufeff/** é */ typedef long A;");
    writeFileSync(join(directory, "latin.idl"), Buffer.from("/** \u00e9 */ typedef long B;", "latin1"));
    const { model, diagnostics } = compile(
      [join(directory, "bom.idl"), join(directory, "latin.idl")],
      createNodeHost(),
    );
    expect(diagnostics).toEqual([]);
    expect(model?.units.map((unit) => unit.types[0]?.doc)).toEqual(["é", "é"]);
  });

  test("looks beside the importing file, then in the include directories", () => {
    mkdirSync(join(directory, "one"));
    mkdirSync(join(directory, "two"));
    writeFileSync(
      join(directory, "one/a.idl"),
      'import "b.idl"; import "..\\two\\c.idl"; import "d.idl"; typedef C A;',
    );
    writeFileSync(join(directory, "one/b.idl"), "typedef long B;");
    writeFileSync(join(directory, "two/b.idl"), "typedef short WRONG;");
    writeFileSync(join(directory, "two/c.idl"), "typedef long C;");
    writeFileSync(join(directory, "two/d.idl"), "typedef long D;");
    const host = createNodeHost({ includeDirectories: [join(directory, "two")] });
    const { diagnostics, files } = compile([join(directory, "one/a.idl")], host);
    expect(diagnostics).toEqual([]);
    expect(files).toEqual(
      ["one/a.idl", "one/b.idl", "two/c.idl", "two/d.idl"].map((name) => join(directory, name)),
    );
    expect(host.read(directory)).toBeNull();
    expect(host.resolveImport("nowhere.idl", join(directory, "one/a.idl"))).toBeNull();
  });
});

describe("formatDiagnostic", () => {
  test("shows the line, a caret and a hint, tabs kept", () => {
    const { diagnostics } = compileText("struct Status { long a; };\n\ttypedef Sttus A;");
    expect(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic))).toEqual([
      [
        "test.idl:2:10: error IDL0401: unknown type 'Sttus'",
        "    2 | \ttypedef Sttus A;",
        "      | \t        ^~~~~",
        "  hint: define it above, or import the file that does",
      ].join("\n"),
    ]);
  });

  test("colours on demand, and keeps a long line and control characters out of the terminal", () => {
    const { diagnostics } = compileText(`/* \u001b[31m ${"x".repeat(500)} */ typedef Nope A;`);
    const [diagnostic] = diagnostics;
    if (diagnostic === undefined) throw new Error("no diagnostic");
    expect(formatDiagnostic(diagnostic, { color: true })).toContain("\u001b[31merror IDL0401:");
    const plain = formatDiagnostic(diagnostic);
    expect(plain).not.toContain("\u001b");
    expect(Math.max(...plain.split("\n").map((line) => line.length))).toBeLessThan(200);
    const [, source = "", caret = ""] = plain.split("\n");
    expect(source.slice(caret.indexOf("^"), caret.lastIndexOf("~") + 1)).toBe("Nope");
  });

  test("at most a hundred diagnostics are kept", () => {
    const { diagnostics } = compileText(
      Array.from({ length: 300 }, (_, index) => `typedef Unknown T${index};`).join("\n"),
    );
    expect(diagnostics).toHaveLength(101);
    expect(diagnostics.at(-1)?.id).toBe("IDL0009");
  });
});

describe("warnings beyond the limit", () => {
  test("are dropped, give way to errors, and do not make an error of a sound text", () => {
    const pragmas = "#pragma pack(4)\n".repeat(150);
    const sound = compileText(`${pragmas}typedef long A;`);
    expect(sound.diagnostics).toHaveLength(100);
    expect(sound.model).not.toBeNull();
    const broken = compileText(`${pragmas}typedef Nope A;`);
    expect(broken.diagnostics).toHaveLength(100);
    expect(broken.diagnostics.at(-1)?.id).toBe("IDL0401");
    expect(broken.model).toBeNull();
  });
});

describe("hostile sizes", () => {
  const many = (count: number, make: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => make(index)).join("");
  test.each([
    ["brackets", "(".repeat(200_000)],
    ["structs", "struct {".repeat(100_000)],
    ["pointers", `typedef long ${"*".repeat(200_000)}a;`],
    ["doc lines", `${"///\n".repeat(100_000)}typedef long a;`],
    ["brackets that never match", `union {${"( } ".repeat(60_000)}`],
    ["alias chain", `typedef long T0;${many(20_000, (index) => `typedef T${index} *T${index + 1};`)}`],
    [
      "struct chain",
      `struct T0 { long a; };${many(10_000, (index) => `struct T${index + 1} { struct T${index} a; };`)}`,
    ],
    ["operators", `const long a = 1${"+1".repeat(100_000)};`],
    ["digits", `const long a = ${"9".repeat(1_000_000)};`],
  ])("%s", (_, text) => {
    expect(cpuTime(() => void compileText(text))).toBeLessThan(5_000);
  });
});

describe("speed", () => {
  test("a thousand methods compile well under a second", () => {
    const method = (index: number) =>
      `/** Method ${index}. */ void M${index}([in, string] const wchar_t *name, [in] unsigned long size, [in, size_is(size)] byte *data, [out] Status *status);\n`;
    const methods = Array.from({ length: 1000 }, (_, index) => method(index)).join("");
    const text = `${HEADER} interface Big { typedef struct { [string] wchar_t *name; long pid; } Status;\n${methods}}`;
    const { model } = compileText(text);
    expect(cpuTime(() => void compileText(text))).toBeLessThan(1_000);
    expect(model?.units[0]?.interface?.methods).toHaveLength(1000);
  });
});
