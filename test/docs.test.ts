import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { generateTypeScript } from "@ncalrpc/codegen";
import { compile } from "@ncalrpc/idl";
import { afterAll, describe, expect, it } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...listMarkdown("docs"),
  ...listMarkdown("examples"),
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
].filter((document) => existsSync(join(root, document)));

// Inside the workspace, so that imports of our packages resolve.
mkdirSync(join(root, "test/dist"), { recursive: true });
const folder = mkdtempSync(join(root, "test/dist/docs-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function listMarkdown(below: string): string[] {
  return existsSync(join(root, below))
    ? readdirSync(join(root, below), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".md") && !name.includes("node_modules"))
        .map((name) => join(below, name))
    : [];
}

function blocksOf(document: string, language: string): string[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    (match) => match[1] ?? "",
  );
}

describe("documentation", () => {
  it("shows TypeScript that compiles", { timeout: 60_000 }, () => {
    mkdirSync(join(folder, "gen"));
    for (const name of ["hello.ts", "hello.schema.ts"])
      copyFileSync(join(root, "examples/hello/src/gen", name), join(folder, "gen", name));
    for (const block of blocksOf("docs/guide.md", "idl")) {
      const { model } = compile(["guide.idl"], { read: () => block, resolveImport: () => null });
      if (model === null) throw new Error("the guide's interface does not compile");
      for (const { path, text } of generateTypeScript(model)) writeFileSync(join(folder, "gen", path), text);
    }
    let count = 0;
    for (const document of documents) {
      for (const [index, block] of blocksOf(document, "ts").entries()) {
        writeFileSync(join(folder, `${document.replaceAll(/[^A-Za-z0-9]/g, "-")}-${index + 1}.ts`), block);
        count++;
      }
    }
    expect(count).toBeGreaterThan(3);
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: join(root, "tsconfig.base.json"),
        compilerOptions: { composite: false, declaration: false, declarationMap: false, noEmit: true },
        include: ["**/*.ts"],
      }),
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
    expect(stdout).toBe("");
  });

  it("shows IDL that compiles", () => {
    // The pages of diagnostics show what does not compile, too; they are made from fixtures that are tested.
    const blocks = documents
      .filter((document) => !document.startsWith("docs/diagnostics"))
      .flatMap((document) => blocksOf(document, "idl").map((text) => ({ document, text })));
    expect(blocks.length).toBeGreaterThan(0);
    for (const { document, text } of blocks) {
      const { diagnostics } = compile([document], { read: () => text, resolveImport: () => null });
      expect(diagnostics).toEqual([]);
    }
  });

  it("names source files that exist", () => {
    const missing = documents.flatMap((document) => {
      const text = readFileSync(join(root, document), "utf8");
      const named = [...text.matchAll(/`((?:[a-z0-9.-]+\/)+[A-Za-z0-9.-]+\.(?:ts|mjs|js|idl|json))`/g)].map(
        (match) => match[1] ?? "",
      );
      return named
        .filter((file) => !file.startsWith("dist/"))
        .filter(
          (file) => !["", "packages", dirname(document)].some((base) => existsSync(join(root, base, file))),
        )
        .map((file) => `${document}: ${file}`);
    });
    expect(missing).toEqual([]);
  });

  it("links to files that exist", () => {
    const broken = documents.flatMap((document) => {
      const text = readFileSync(join(root, document), "utf8");
      return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
        .map((match) => resolve(root, dirname(document), match[1] ?? ""))
        .filter((target) => !existsSync(target))
        .map((target) => `${document}: ${target}`);
    });
    expect(broken).toEqual([]);
  });
});
