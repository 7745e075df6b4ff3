import { compile, type Method, type Model, type TypeDefinition, type Unit } from "@ncalrpc/idl";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { render } from "../src/doc.js";
import { GenerationCache } from "../src/generation-cache.js";
import { generateTypeScript, type NaturalOption, type TypeScriptOptions } from "../src/index.js";
import { compileCase, compileText, goldenCases } from "./generate.js";
import { type Next, RandomIdl, random } from "./random-idl.js";

vi.mock(import("../src/doc.js"), async (original) => {
  const actual = await original();
  return { ...actual, render: vi.fn(actual.render) };
});

beforeEach(() => {
  vi.mocked(render).mockClear();
});

/** Generates with a cache, and how many documents that printed; the files have to be those that a fresh run makes. */
function generated(model: Model, cache: GenerationCache, options: TypeScriptOptions = {}): number {
  vi.mocked(render).mockClear();
  const files = generateTypeScript(model, options, cache);
  const count = vi.mocked(render).mock.calls.length;
  expect(files).toEqual(generateTypeScript(model, options));
  return count;
}

function idl(methods: readonly string[], types = ""): Model {
  return compileText(
    `[uuid(12345678-1234-1234-1234-123456789abc), pointer_default(unique)] interface Store {
      typedef [context_handle] void *HANDLE_OF_STORE;
      ${types}
      ${methods.join("\n")}
    }`,
  );
}

/** Two interfaces, of which the second imports the first. */
function pair(second: string): Model {
  const files = new Map([
    [
      "first.idl",
      `[uuid(12345678-1234-1234-1234-123456789abc)] interface First {
        typedef struct { long a; } AddedRequest;
        void Use([in] AddedRequest *x);
      }`,
    ],
    [
      "second.idl",
      `import "first.idl";
      [uuid(12345678-1234-1234-1234-123456789abd)] interface Second { ${second} }`,
    ],
  ]);
  const { model } = compile([...files.keys()], {
    read: (path) => files.get(path) ?? "",
    resolveImport: (path) => path,
  });
  if (model === null) throw new Error("The interfaces have errors");
  return model;
}

const methods = Array.from(
  { length: 40 },
  (_, i) => `long Method${i}([in] HANDLE_OF_STORE store, [in] long WriteAddedRequest, [out] long *result);`,
);

describe("a generation after another", () => {
  it("prints what is new, and the frame around it", () => {
    const cache = new GenerationCache();
    const first = generated(idl(methods), cache);
    expect(first).toBeGreaterThan(40 * 6);
    const changed = [...methods.slice(0, -1), "void Other([in] long other);"];
    expect(generated(idl(changed), cache)).toBeLessThan(40);
    expect(generated(idl(methods), cache)).toBeLessThan(40);
  });

  it("knows methods that are moved or have other names by what they became", () => {
    const cache = new GenerationCache();
    generated(idl(methods), cache);
    generated(idl([...methods].reverse()), cache);
    generated(idl(["void method_0();", ...methods]), cache);
    generated(idl(methods, "typedef struct { long a; } Method1Request;"), cache);
  });

  it("prints all anew when a local's name is taken", () => {
    const cache = new GenerationCache();
    generated(idl(methods), cache);
    const [before] = generateTypeScript(idl(methods), {}, cache);
    expect(before?.text).toContain("writeAddedRequest: number");
    expect(before?.text).not.toContain("writeAddedRequest_");
    expect(generated(idl([...methods, "void Added([in] long x);"]), cache)).toBeGreaterThan(40 * 6);
    generated(idl(methods), cache);
  });

  it("follows the names of types, which depend on methods", () => {
    const types = "typedef struct { long a; } GetRequestReferents;";
    const take = "void Take([in] GetRequestReferents *x);";
    const cache = new GenerationCache();
    generated(idl([take], types), cache);
    generated(idl([take, "void Get([in] long x);"], types), cache);
    const [{ text } = { text: "" }] = generateTypeScript(
      idl([take, "void Get([in] long x);"], types),
      {},
      cache,
    );
    expect(text).toContain("writeGetRequestReferents_(");
  });

  it("follows what is imported by another name, and what is exported for others", () => {
    const cache = new GenerationCache();
    const own = "void Own([in] AddedRequest *x);";
    generated(pair(""), cache);
    generated(pair(own), cache);
    generated(pair(`${own} void Added([in] long x);`), cache);
    const [, { text } = { text: "" }] = generateTypeScript(
      pair(`${own} void Added([in] long x);`),
      {},
      cache,
    ).filter(({ path }) => !path.includes("schema"));
    expect(text).toContain("AddedRequest as AddedRequest_");
    generated(pair(""), cache);
  });

  it("prints all anew for other options or types", () => {
    const types = "typedef long NUMBER; typedef struct { __int64 QuadPart; } LARGE_INTEGER;";
    const model = idl([...methods, "NUMBER Get([in] LARGE_INTEGER *x);"], types);
    const cache = new GenerationCache();
    generated(model, cache);
    generated(model, cache, { natural: false });
    generated(model, cache, { hooks: { NUMBER: { module: "./hooks.js", name: "number" } } });
    generated(model, cache, { hooks: { NUMBER: { module: "./others.js", name: "number" } } });
    generated(idl([...methods, "NUMBER Get([in] LARGE_INTEGER *x);"], types.replace("long", "short")), cache);
  });
});

/** One edit of a model, as the compiler could have given it. */
function edited(model: Model, next: Next): Model {
  const copy = structuredClone(model);
  const at = next(Math.max(1, copy.units.length));
  const units = copy.units.map((unit, i) => (i === at ? editedUnit(unit, next) : unit));
  return { ...copy, units: next(8) === 0 ? units.reverse() : units };
}

function editedUnit(unit: Unit, next: Next): Unit {
  if (unit.interface === null || next(4) === 0) return { ...unit, types: editedTypes(unit.types, next) };
  const { methods } = unit.interface;
  return { ...unit, interface: { ...unit.interface, methods: editedMethods(methods, next) } };
}

function editedTypes(types: readonly TypeDefinition[], next: Next): TypeDefinition[] {
  const at = next(Math.max(1, types.length));
  return types.map((type, i) => (i === at ? { ...type, doc: `Edited ${next(3)}.` } : type));
}

function editedMethods(methods: readonly Method[], next: Next): Method[] {
  const at = next(Math.max(1, methods.length));
  const method = methods[at];
  if (method === undefined) return [];
  const others = methods.filter((_, i) => i !== at);
  switch (next(6)) {
    case 0:
      return others;
    case 1:
      return [method, ...others];
    case 2:
      return [...others, { ...method, opnum: methods.length + 7 }];
    case 3:
      return [...methods, { ...method, name: `${method.name}_` }];
    case 4:
      return methods.with(at, { ...method, returns: null, doc: "Edited." });
    default:
      return methods.with(at, { ...method, name: methods[next(methods.length)]?.name.toUpperCase() ?? "X" });
  }
}

const naturals: readonly NaturalOption[] = [true, false, ["guid"]];

describe("random edits", () => {
  const seeds = [1, 2];
  it.each(goldenCases())("of %s leave what a fresh generation makes", (name) => {
    for (const seed of seeds) follow(compileCase(name), random(seed), 10);
  });

  it("of random interfaces do so too", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const next = random(seed * 7919);
      follow(compileText(new RandomIdl(next).text()), next, 6);
    }
  });

  function follow(model: Model, next: Next, edits: number): void {
    const cache = new GenerationCache();
    const history = [model];
    for (let i = 0; i < edits; i++) {
      const natural = next(6) === 0 ? naturals[next(3)] : undefined;
      // Sometimes from an earlier state, as somebody undoes edits.
      const from = history[next(3) === 0 ? next(history.length) : history.length - 1] ?? model;
      const current = edited(from, next);
      history.push(current);
      generated(current, cache, natural === undefined ? {} : { natural });
    }
  }
});
