import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Where everything that is made for these runs lies: downloads, the staged workspace, C programs, reports. */
export function makeFolders() {
  const cache = join(root, "node_modules", ".cache", "ncalrpc-nt");
  const folders = {
    cache,
    app: join(cache, "app"),
    dist: join(cache, "dist"),
    reports: join(cache, "reports"),
  };
  for (const folder of [folders.dist, folders.reports]) mkdirSync(folder, { recursive: true });
  return folders;
}
