import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";

/** Prints every module that a program loads. */
const hooks = `
export async function load(url, context, next) {
  console.error(url);
  return next(url, context);
}`;

function loaded(program: string): string[] {
  const register = `import { register } from "node:module";
register("data:text/javascript,${encodeURIComponent(hooks)}");`;
  const preload = `data:text/javascript,${encodeURIComponent(register)}`;
  const args = ["--import", preload, "--input-type=module", "--eval", program];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return stderr.split("\n");
}

function url(path: string): string {
  return pathToFileURL(join(import.meta.dirname, "../dist", path)).href;
}

it("loads neither zod nor the kernels of other systems until they are asked for", () => {
  const modules = loaded(`await import("${url("index.js")}"); await import("${url("gen/management.js")}");`);
  expect(modules.some((module) => module.endsWith("/client-connection.js"))).toBe(true);
  expect(modules.filter((module) => /\/zod\/|\.schema\.js$|\/loopback\//.test(module))).toEqual([]);
  const others = process.platform === "win32" ? /\/alpc\/dist\/linux\// : /\/alpc\/dist\/nt\//;
  expect(modules.filter((module) => others.test(module))).toEqual([]);
});

it("loads zod with an interface's schemas", () => {
  const modules = loaded(`const { Management } = await import("${url("gen/management.js")}");
if ((await Management.schemas()).isServerListening === undefined) throw new Error("no schemas");`);
  expect(modules.some((module) => module.includes("/zod/"))).toBe(true);
});
