import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandTable } from "../src/command-table.js";

const folder = new URL("../../../editors/vscode/", import.meta.url);
const text = (name: string) => readFileSync(new URL(name, folder), "utf8");

describe("the VS Code extension", () => {
  it("starts the command that there is, with the user's settings", async () => {
    const settings: Record<string, unknown> = { command: "/opt/ncalrpc", includeDirectories: ["idl"] };
    const started: unknown[][] = [];
    class LanguageClient {
      constructor(...args: unknown[]) {
        started.push(args);
      }
      async start(): Promise<void> {
        started.push(["start"]);
      }
      async stop(): Promise<void> {
        started.push(["stop"]);
      }
    }
    const modules: Record<string, unknown> = {
      vscode: {
        workspace: {
          createFileSystemWatcher: (pattern: string) => ({ pattern }),
          getConfiguration: () => ({
            get: (name: string, otherwise: unknown) => settings[name] ?? otherwise,
          }),
        },
      },
      "vscode-languageclient/node": { LanguageClient, TransportKind: { stdio: 0 } },
    };
    const extension: { activate?: () => Promise<void>; deactivate?: () => Promise<void> } = {};
    new Function("require", "exports", text("extension.js"))((name: string) => modules[name], extension);
    await extension.activate?.();
    await extension.deactivate?.();
    expect(started).toMatchObject([
      [
        "ncalrpc",
        "ncalrpc IDL",
        { command: "/opt/ncalrpc", args: ["lsp"] },
        {
          initializationOptions: { includeDirectories: ["idl"], dialect: "midl", defines: {} },
          synchronize: { configurationSection: "ncalrpc" },
        },
      ],
      ["start"],
      ["stop"],
    ]);
    expect(commandTable.map(({ name }) => name)).toContain("lsp");
  });

  it("names files that it has", () => {
    const manifest: { main: string; contributes: { languages: { configuration: string }[] } } = JSON.parse(
      text("package.json"),
    );
    expect(text(manifest.main)).toContain("exports.activate");
    for (const { configuration } of manifest.contributes.languages)
      expect(JSON.parse(text(configuration))).toHaveProperty("comments");
  });
});
