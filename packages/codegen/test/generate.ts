import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, formatDiagnostic, type Model } from "@ncalrpc/idl";
import { type GeneratedFile, generateTypeScript } from "../src/index.js";

/** Golden cases: folders with an `input.idl` and the modules expected from it. */
export const goldenRoot = join(import.meta.dirname, "golden");

export function goldenCases(): string[] {
  const entries = readdirSync(goldenRoot, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Compiles a text, or a golden case's `input.idl`, whose imports lie beside it. */
export function compileText(text: string, folder = goldenRoot): Model {
  const { model, diagnostics } = compile(["input.idl"], {
    read: (path) => (path === "input.idl" ? text : readFileSync(join(folder, path), "utf8")),
    resolveImport: (path) => (existsSync(join(folder, path)) ? path : null),
  });
  if (model === null)
    throw new Error(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join("\n"));
  return model;
}

export function compileCase(name: string): Model {
  const folder = join(goldenRoot, name);
  return compileText(readFileSync(join(folder, "input.idl"), "utf8"), folder);
}

export function generateText(text: string): GeneratedFile[] {
  return generateTypeScript(compileText(text));
}
