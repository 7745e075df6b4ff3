import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LanguageClient } from "./language-client.js";
import { binary } from "./run-cli.js";

const TYPES = `/** A point of the plane. */
typedef struct Point {
    long x;
    long y;
} Point;
typedef enum { RED, GREEN } Color;
`;
const MAIN = `import "types.idl";

/** Shapes. @access anyone */
[uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0), pointer_default(unique)]
interface Shapes {
    const long MOST = 16;
    /** Draws a line. */
    void Draw([in, range(0, MOST)] unsigned long count, [in, size_is(count)] Point points[]);
    void Clear([in] Point *origin, [in, range(RED, GREEN)] Color count);
}
`;

let cwd: string;
let client: LanguageClient;
const uri = (name: string) => pathToFileURL(join(cwd, name)).href;

/** The position of the nth (from 1) occurrence of a text, or within it. */
function at(text: string, part: string, nth = 1, inside = 0) {
  let offset = -1;
  for (let count = 0; count < nth; count += 1) offset = text.indexOf(part, offset + 1);
  const before = text.slice(0, offset + inside).split("\n");
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

function ask(method: string, part: string, nth = 1, more: object = {}): Promise<unknown> {
  return client.request(`textDocument/${method}`, {
    textDocument: { uri: uri("main.idl") },
    position: at(MAIN, part, nth, 1),
    ...more,
  });
}

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "ncalrpc-lsp-"));
  writeFileSync(join(cwd, "types.idl"), TYPES);
  writeFileSync(join(cwd, "main.idl"), MAIN);
  writeFileSync(join(cwd, "other.idl"), 'import "types.idl";\ntypedef Point *Origin;\n');
  client = new LanguageClient(cwd);
  const result = await client.request("initialize", {
    processId: null,
    rootUri: null,
    capabilities: {},
    workspaceFolders: [{ uri: pathToFileURL(cwd).href, name: "test" }],
  });
  expect(result).toMatchObject({
    capabilities: { hoverProvider: true, renameProvider: { prepareProvider: true } },
  });
  client.notify("initialized", {});
  client.notify("textDocument/didOpen", {
    textDocument: { uri: uri("main.idl"), languageId: "idl", version: 1, text: MAIN },
  });
}, 30_000);

afterAll(() => {
  client.kill();
  rmSync(cwd, { recursive: true });
});

describe("ncalrpc lsp", () => {
  it("publishes what the checker and the linter find, as the text changes", async () => {
    expect(await client.diagnostics(uri("main.idl"), () => true)).toEqual([]);
    const open = (text: string, version: number) =>
      client.notify("textDocument/didChange", {
        textDocument: { uri: uri("main.idl"), version },
        contentChanges: [{ text }],
      });
    open(MAIN.replace("Point points", "Pint points"), 2);
    const [error] = await client.diagnostics(uri("main.idl"), (found) => found.length === 1);
    expect(error).toMatchObject({
      code: "IDL0401",
      severity: 1,
      source: "ncalrpc",
      range: {
        start: at(MAIN, "Point points"),
        end: { ...at(MAIN, "Point points"), character: at(MAIN, "Point points").character + 4 },
      },
    });
    open(
      MAIN.replace("range(0, MOST)", "unique")
        .replace("unsigned long count", "unsigned long *count")
        .replace("size_is(count)", "size_is(*count)"),
      3,
    );
    expect(
      await client.diagnostics(uri("main.idl"), (found) => JSON.stringify(found).includes("unbounded-size")),
    ).toMatchObject([{ severity: 2 }]);
    open(MAIN, 4);
    await client.diagnostics(uri("main.idl"), (found) => found.length === 0);
  });

  it("shows what a name stands for", async () => {
    expect(await ask("hover", "Point *origin")).toMatchObject({
      contents: {
        kind: "markdown",
        value: expect.stringMatching(
          /^```idl\n(typedef )?struct Point \{\n {4}long x;[^`]*```\n\nA point of the plane\.$/,
        ),
      },
    });
    expect(await ask("hover", "Draw(")).toMatchObject({
      contents: { value: expect.stringContaining("Draws a line.") },
    });
    expect(await ask("hover", "size_is")).toBeNull();
  });

  it("goes to definitions: over files, and to the parameter that is meant", async () => {
    expect(await ask("definition", "Point points")).toEqual({
      uri: uri("types.idl"),
      range: { start: at(TYPES, "Point {"), end: at(TYPES, "Point {", 1, 5) },
    });
    expect(await ask("definition", "count)]")).toMatchObject({
      uri: uri("main.idl"),
      range: { start: at(MAIN, "count,") },
    });
    expect(await ask("definition", "MOST)")).toMatchObject({ range: { start: at(MAIN, "MOST =") } });
    expect(await ask("definition", "RED")).toMatchObject({
      uri: uri("types.idl"),
      range: { start: at(TYPES, "RED") },
    });
    expect(await ask("definition", "import")).toBeNull();
  });

  it("renames a parameter within its method", async () => {
    expect(await ask("prepareRename", "count,")).toMatchObject({ placeholder: "count" });
    expect(await ask("rename", "count,", 1, { newName: "length" })).toEqual({
      changes: {
        [uri("main.idl")]: [at(MAIN, "count,"), at(MAIN, "count)]")].map((start) => ({
          range: { start, end: { ...start, character: start.character + 5 } },
          newText: "length",
        })),
      },
    });
  });

  it("renames a type wherever the workspace uses it", async () => {
    const result = await ask("rename", "Point points", 1, { newName: "Spot" });
    const counts = Object.entries((result as { changes: Record<string, unknown[]> }).changes).map(
      ([file, edits]) => [file, edits.length],
    );
    expect(Object.fromEntries(counts)).toEqual({
      [uri("main.idl")]: 2,
      [uri("types.idl")]: 2,
      [uri("other.idl")]: 1,
    });
  });

  it("refuses names that are taken, or none", async () => {
    await expect(ask("rename", "count,", 1, { newName: "points" })).rejects.toThrow("'points' is taken");
    await expect(ask("rename", "Point points", 1, { newName: "Color" })).rejects.toThrow("'Color' is taken");
    await expect(ask("rename", "Draw(", 1, { newName: "a b" })).rejects.toThrow("'a b' is not a name");
    await expect(ask("rename", "Draw(", 1, { newName: "struct" })).rejects.toThrow("word of the language");
  });

  it("formats", async () => {
    const document = { uri: uri("ugly.idl") };
    client.notify("textDocument/didOpen", {
      textDocument: { ...document, languageId: "idl", version: 1, text: "const   long A=1;\n" },
    });
    const options = { tabSize: 4, insertSpaces: true };
    expect(await client.request("textDocument/formatting", { textDocument: document, options })).toEqual([
      {
        range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
        newText: "const long A = 1;\n",
      },
    ]);
    const main = { uri: uri("main.idl") };
    expect(await client.request("textDocument/formatting", { textDocument: main, options })).toEqual([]);
    client.notify("textDocument/didClose", { textDocument: document });
  });

  it("has an outline", async () => {
    expect(
      await client.request("textDocument/documentSymbol", { textDocument: { uri: uri("main.idl") } }),
    ).toMatchObject([{ name: "Shapes", children: [{ name: "MOST" }, { name: "Draw" }, { name: "Clear" }] }]);
  });

  it("ends when it is told to", async () => {
    expect(await client.end()).toBe(0);
  });
});

it("ends when there is no editor", () => {
  const { status, stderr } = spawnSync(process.execPath, [binary, "lsp"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect([status, stderr.toString()]).toEqual([0, ""]);
});
