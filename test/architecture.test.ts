import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = new URL("..", import.meta.url).pathname;

/** Which package may import which of ours, and what from outside: the table of ARCHITECTURE.md. */
const rules: Readonly<
  Record<string, { readonly ours: readonly string[]; readonly others: readonly string[] }>
> = {
  idl: { ours: [], others: [] },
  ndr: { ours: [], others: [] },
  security: { ours: [], others: [] },
  codegen: { ours: ["idl"], others: ["ts-morph"] },
  lsp: { ours: ["idl"], others: ["vscode-languageserver", "vscode-languageserver-textdocument"] },
  alpc: { ours: ["security"], others: ["koffi"] },
  runtime: { ours: ["ndr", "alpc", "security"], others: ["zod"] },
  cli: { ours: ["idl", "codegen", "lsp", "ndr", "security", "alpc", "runtime"], others: [] },
};
const examples: readonly string[] = readdirSync(join(root, "examples"));

/** Modules that a file imports or re-exports, with `import()` and `new URL(..., import.meta.url)` left out. */
function importsOf(text: string): string[] {
  const found = [...text.matchAll(/^(?:import\s+|(?:import|export)\s[^"';]*?\sfrom\s+)"([^"]+)"/gm)];
  // IDL in a string has imports too.
  return found.map((match) => match[1] ?? "").filter((specifier) => !specifier.endsWith(".idl"));
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function packageOf(specifier: string): string {
  return specifier.startsWith("@")
    ? specifier.split("/").slice(0, 2).join("/")
    : (specifier.split("/")[0] ?? "");
}

describe.each(Object.entries(rules))("packages/%s", (name, { ours, others }) => {
  const folder = join(root, "packages", name);
  const allowed = new Set([...ours.map((other) => `@ncalrpc/${other}`), ...others, `@ncalrpc/${name}`]);

  it("imports only what the architecture allows", () => {
    const sources = sourcesBelow(join(folder, "src"));
    expect(sources.length).toBeGreaterThan(1);
    const wrong = sources.flatMap((file) =>
      importsOf(readFileSync(file, "utf8"))
        .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
        .filter((specifier) => !allowed.has(packageOf(specifier)))
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("declares exactly the dependencies that it is allowed", () => {
    const manifest: { dependencies?: Record<string, string> } = JSON.parse(
      readFileSync(join(folder, "package.json"), "utf8"),
    );
    const undeclared = Object.keys(manifest.dependencies ?? {}).filter(
      (dependency) => !allowed.has(dependency),
    );
    expect(undeclared).toEqual([]);
  });
});

/** What generated modules import of packages. */
const versionedEntries = ["@ncalrpc/runtime/codegen-v1", "@ncalrpc/runtime/schema-v1"];

it.each(examples)("examples/%s uses the published API only", (name) => {
  const published = new Set(["@ncalrpc/runtime", ...versionedEntries]);
  const wrong = sourcesBelow(join(root, "examples", name, "src")).flatMap((file) =>
    importsOf(readFileSync(file, "utf8"))
      .filter((specifier) => specifier.startsWith("@ncalrpc/") && !published.has(specifier))
      .map((specifier) => `${file} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

it("generated modules import nothing but the versioned entries and each other", () => {
  const folders = ["packages/runtime/src/gen", "packages/bench/src/gen", "test/src/gen"];
  const modules = [...folders, ...examples.map((name) => `examples/${name}/src/gen`)].flatMap((folder) =>
    sourcesBelow(join(root, folder)),
  );
  expect(modules.length).toBeGreaterThan(3);
  const wrong = modules.flatMap((file) =>
    importsOf(readFileSync(file, "utf8"))
      .filter(
        (specifier) =>
          !versionedEntries.includes(specifier) && !/^\.\/[a-z0-9-]+(\.schema)?\.js$/.test(specifier),
      )
      .map((specifier) => `${file} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});
