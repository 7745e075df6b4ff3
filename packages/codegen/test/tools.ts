import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");

/** What `tsc -p` has to say; nothing if all is well. */
export function runTsc(project: string): string {
  const { status, stdout, stderr } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", project], {
    encoding: "utf8",
  });
  return status === 0 ? "" : stdout + stderr;
}

/** What `biome check` has to say of files or folders; nothing if it would change nothing. */
export function runBiome(...paths: string[]): string {
  const { status, stdout, stderr } = spawnSync(
    join(root, "node_modules/.bin/biome"),
    ["check", "--error-on-warnings", "--max-diagnostics=20", "--colors=off", ...paths],
    { cwd: root, encoding: "utf8" },
  );
  return status === 0 ? "" : stdout + stderr;
}
