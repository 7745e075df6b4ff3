import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { generateTypeScript, transpileTypeScript } from "@ncalrpc/codegen";
import type { Model } from "@ncalrpc/idl";
import type { Client, InterfaceDefinition } from "@ncalrpc/runtime";

export type AnyInterface = InterfaceDefinition<object, Client>;

/** What generated modules import from packages. */
const RUNTIME = /^@ncalrpc\/runtime\/[a-z0-9-]+$/;

/** Generates a model's modules, loads them into this process, and returns the interfaces that they define. */
export async function loadInterfaces(model: Model): Promise<AnyInterface[]> {
  // A file URL, since the modules do not lie where packages are found by name.
  const { resolve } = createRequire(import.meta.url);
  const rename = (module: string): string =>
    RUNTIME.test(module) ? pathToFileURL(resolve(module)).href : toModulePath(module);
  const directory = await mkdtemp(join(tmpdir(), "ncalrpc-call-"));
  try {
    const paths: string[] = [];
    for (const { path, text } of generateTypeScript(model)) {
      const modulePath = join(directory, toModulePath(path));
      await writeFile(modulePath, transpileTypeScript(text, rename), { flag: "wx" });
      paths.push(modulePath);
    }
    const modules = await Promise.all(paths.map(loadModule));
    const interfaces = modules.flatMap((exported) => Object.values(exported).filter(isInterface));
    return await Promise.all(interfaces.map(withSchemas));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function loadModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  return await import(pathToFileURL(path).href);
}

/** `.mjs`, so that they are ES modules whatever package.json is near. */
function toModulePath(path: string): string {
  return path.replace(/\.[jt]s$/, ".mjs");
}

/** Interfaces import their schemas only when they are asked for them: then the files are gone. */
async function withSchemas(definition: AnyInterface): Promise<AnyInterface> {
  const schemas = await definition.schemas();
  return { ...definition, schemas: async () => schemas };
}

function isInterface(value: unknown): value is AnyInterface {
  return typeof value === "object" && value !== null && "connect" in value && "methods" in value;
}
