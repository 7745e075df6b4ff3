import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const samples = fileURLToPath(new URL("../samples", import.meta.url));

/** Compiles the samples in C into `target`; `libraries` are searched for the calls before ntdll is. */
export function buildSamples(compiler, target, libraries = []) {
  for (const name of ["client", "server"]) {
    const source = join(samples, `${name}.c`);
    const program = join(target, `sample-${name}.exe`);
    const flags = ["-O2", "-Wall", "-Wextra", "-Werror"];
    execFileSync(compiler, [...flags, "-o", program, source, ...libraries, "-lntdll"], { stdio: "inherit" });
  }
}
