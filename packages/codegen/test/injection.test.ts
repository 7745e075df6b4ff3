import type { Model } from "@ncalrpc/idl";
import { SyntaxKind, ts } from "ts-morph";
import { describe, expect, test } from "vitest";
import { type GeneratedFile, generateTypeScript } from "../src/index.js";
import { compileCase } from "./generate.js";
import { loadModules } from "./load.js";
import { random } from "./random-idl.js";

/** Texts that would run, or end what they stand in, if they were printed as they are. */
const hostileTexts = [
  '*/ globalThis.canary = "dead"; /*',
  '"; globalThis.canary = "dead"; "',
  "'; globalThis.canary = 'dead'; '",
  "`$" + `{(globalThis.canary = "dead")}\``,
  '\\"; globalThis.canary = "dead"; //',
  '\n globalThis.canary = "dead";\n',
  '\r globalThis.canary = "dead";\r',
  '\u2028 globalThis.canary = "dead";\u2029',
  '*\\/ *\n/ globalThis.canary = "dead";',
  "</script><script>globalThis.canary = 'dead'</script>",
  "\u0000\u001b]0;\u202eevil\ufeff\ud800",
  "@ts-ignore\n@ts-nocheck biome-ignore lint: all",
];

const allowed: ReadonlySet<ts.SyntaxKind> = new Set([
  SyntaxKind.ImportDeclaration,
  SyntaxKind.VariableStatement,
  SyntaxKind.TypeAliasDeclaration,
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.ClassDeclaration,
]);

/** A model with `text` wherever a checked model may have text that a stranger chose. */
function hostileModel(text: string, name = "service-control"): Model {
  const model = compileCase(name);
  const json = JSON.stringify(model, (key, value: unknown) => {
    if (key === "doc" || key === "file") return text;
    if (key === "endpoints") return [text];
    if (key === "attributes") return [{ name: "deprecated", text }];
    if (key === "callAs") return text;
    if (key === "constants")
      return [{ name: "TEXT", doc: text, value: { kind: "string", unit: "char", value: text } }];
    return value;
  });
  return JSON.parse(json);
}

describe("hostile texts", () => {
  const harmless = shape(generateTypeScript(hostileModel("harmless")));

  test("a harmless one leads to declarations only", () => {
    expect(harmless.filter((kind) => !allowed.has(kind))).toEqual([]);
  });

  test.each(hostileTexts.map((text) => ({ text })))("$text", async ({ text }) => {
    const files = generateTypeScript(hostileModel(text));
    expect(shape(files)).toEqual(harmless);
    for (const file of files) expect(comments(file)).not.toMatch(/@ts-|biome-ignore/);
    Object.assign(globalThis, { canary: "alive" });
    const module = await loadModules(files);
    expect(Reflect.get(globalThis, "canary")).toBe("alive");
    expect(module["TEXT"]).toBe(text);
  });
});

const { NCALRPC_FUZZ, NCALRPC_SEED } = process.env;
const inputs = Number(NCALRPC_FUZZ ?? 30);
const seed = Number(NCALRPC_SEED ?? 0x51ce);

/** What ends comments, strings and lines, and what begins them. */
const fragments = [
  ..."*/ /* // \" ' ` $ { } ) ( ; \\ \\\\ \\u0022 \\x27 <!-- --> # ? @deprecated @ts-expect-error export import".split(
    " ",
  ),
  ..."\n \r \u2028 \u2029 \u0000 \ufeff \ud800 \u202e".split(" "),
  "biome-ignore format:",
  " globalThis.canary = 1 ",
];

describe.each(["service-control", "unions", "well-known"])("%s", (name) => {
  test(`has the same syntax tree with any of ${inputs} random texts`, { timeout: 600_000 }, () => {
    const next = random(seed);
    const harmless = tree(generateTypeScript(hostileModel("harmless", name)));
    for (let i = 0; i < inputs; i++) {
      const parts = Array.from({ length: 1 + next(8) }, () => fragments[next(fragments.length)]);
      const text = `x${parts.join("")}x`;
      const files = generateTypeScript(hostileModel(text, name));
      expect(tree(files), `seed ${seed}, text ${JSON.stringify(text)}`).toEqual(harmless);
    }
  });
});

/** The kinds of all nodes of the modules, in order; identifiers with their text. Comments are none of them. */
function tree(files: readonly GeneratedFile[]): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    found.push(ts.isIdentifier(node) ? node.text : String(node.kind));
    node.forEachChild(visit);
  };
  for (const { path, text } of files) visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022));
  return found;
}

/** The kinds of the statements at the top of the modules, none of which may have a syntax error. */
function shape(files: readonly GeneratedFile[]): ts.SyntaxKind[] {
  return files.flatMap(({ path, text }) => {
    const { diagnostics } = ts.transpileModule(text, { fileName: path, reportDiagnostics: true });
    expect(diagnostics).toEqual([]);
    return ts.createSourceFile(path, text, ts.ScriptTarget.ES2022).statements.map(({ kind }) => kind);
  });
}

function comments(file: GeneratedFile): string {
  return (file.text.match(/^ *(\/\/|\/?\*).*$/gm) ?? []).join("\n");
}
