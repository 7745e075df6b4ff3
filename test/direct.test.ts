import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

/** An ordinary user: a server that may trace every process refuses direct memory. */
const ordinary = process.getuid?.() === 0 ? { uid: 65532, gid: 65532 } : {};
const program = fileURLToPath(new URL("./dist/programs/direct-transfer.js", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "ncalrpc-direct-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("direct memory", () => {
  it("carries requests and responses that are too large for a section", { timeout: 30_000 }, async () => {
    if (ordinary.uid !== undefined) {
      chownSync(directory, ordinary.uid, ordinary.gid);
      chmodSync(directory, 0o700);
    }
    const { stdout } = await promisify(execFile)(process.execPath, [program, String(5 * 1024 * 1024 + 7)], {
      ...ordinary,
      env: { ...process.env, NCALRPC_DIR: directory },
    });
    expect(JSON.parse(stdout)).toEqual({ uploaded: true, downloaded: true, concurrent: true });
  });
});
