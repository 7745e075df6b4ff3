import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LanguageClient } from "./language-client.js";

const HEADER = "/** @access anyone */ [uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0)]";
const MACROS = "/** How many. */\ntypedef unsigned long Count;\n#define LIMIT 16\n";
const SHARED = "/** A name. */\ntypedef [string] wchar_t *Name;\n";
const MAIN = `#include "macros.h"
import "Shared.IDL";
#ifdef WIDE
${HEADER} interface Main { void F([in, range(0, LIMIT)] Count n, [in, string, range(1, LIMIT)] Name name); }
#else
?
#endif
`;
const PIDL = "typedef struct { uint32 a; NTSTATUS b; } S;\n";

let cwd: string;
let client: LanguageClient;
const uri = (name: string) => pathToFileURL(join(cwd, name)).href;

function position(text: string, part: string) {
  const before = text.slice(0, text.indexOf(part) + 1).split("\n");
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "ncalrpc-lsp-workspace-"));
  mkdirSync(join(cwd, "work"));
  mkdirSync(join(cwd, "include"));
  writeFileSync(join(cwd, "include/macros.h"), MACROS);
  writeFileSync(join(cwd, "include/shared.idl"), SHARED);
  writeFileSync(join(cwd, "work/main.idl"), MAIN);
  writeFileSync(join(cwd, "work/broken.idl"), "typedef Nothing A;\n");
  client = new LanguageClient(cwd);
  await client.request("initialize", {
    processId: null,
    rootUri: null,
    capabilities: {},
    workspaceFolders: [{ uri: uri("work"), name: "work" }],
    initializationOptions: { includeDirectories: [join(cwd, "include")], defines: { WIDE: "1" }, dialect: 7 },
  });
  client.notify("initialized", {});
}, 30_000);

afterAll(() => {
  client.kill();
  rmSync(cwd, { recursive: true });
});

describe("a workspace", () => {
  it("has its files checked before any is open, with the settings' macros and directories", async () => {
    expect(await client.diagnostics(uri("work/broken.idl"), (found) => found.length > 0)).toMatchObject([
      { code: "IDL0401" },
    ]);
    expect(await client.diagnostics(uri("work/main.idl"), () => true)).toEqual([]);
  });

  it("shows what a name of an included, or imported, file stands for", async () => {
    client.notify("textDocument/didOpen", {
      textDocument: { uri: uri("work/main.idl"), languageId: "idl", version: 1, text: MAIN },
    });
    const ask = (method: string, part: string, more: object = {}) =>
      client.request(`textDocument/${method}`, {
        textDocument: { uri: uri("work/main.idl") },
        position: position(MAIN, part),
        ...more,
      });
    expect(await ask("hover", "Count n")).toMatchObject({
      contents: { value: expect.stringContaining("How many.") },
    });
    expect(await ask("definition", "Name name")).toMatchObject({ uri: uri("include/shared.idl") });
    const renamed = await ask("rename", "Count n", { newName: "Number" });
    expect(Object.keys(Object(Reflect.get(Object(renamed), "changes"))).sort()).toEqual(
      [uri("include/macros.h"), uri("work/main.idl")].sort(),
    );
  });

  it("is checked again when a file is saved", async () => {
    writeFileSync(join(cwd, "work/broken.idl"), "typedef long A;\n");
    client.notify("textDocument/didSave", { textDocument: { uri: uri("work/main.idl") } });
    expect(await client.diagnostics(uri("work/broken.idl"), (found) => found.length === 0)).toEqual([]);
  });

  it("keeps what is on the disk reported of a file that is closed", async () => {
    const document = { uri: uri("work/broken.idl") };
    writeFileSync(join(cwd, "work/broken.idl"), "typedef Nowhere B;\n");
    client.notify("textDocument/didOpen", {
      textDocument: { ...document, languageId: "idl", version: 1, text: "typedef long B;\n" },
    });
    await client.diagnostics(document.uri, (found) => found.length === 0);
    client.notify("textDocument/didClose", { textDocument: document });
    expect(await client.diagnostics(document.uri, (found) => found.length > 0)).toMatchObject([
      { message: expect.stringContaining("Nowhere") },
    ]);
  });

  it("is checked again when the settings change", async () => {
    writeFileSync(join(cwd, "work/formats.idl"), PIDL);
    client.notify("workspace/didChangeWatchedFiles", {
      changes: [{ uri: uri("work/formats.idl"), type: 1 }],
    });
    await client.diagnostics(uri("work/formats.idl"), (found) => found.length > 0);
    client.notify("workspace/didChangeConfiguration", {
      settings: { ncalrpc: { includeDirectories: [join(cwd, "include")], dialect: "pidl", defines: {} } },
    });
    expect(await client.diagnostics(uri("work/formats.idl"), (found) => found.length === 0)).toEqual([]);
    // Without its macro the other one is not IDL any more.
    expect(await client.diagnostics(uri("work/main.idl"), (found) => found.length > 0)).toMatchObject([
      { code: "IDL0201" },
    ]);
  });
});
