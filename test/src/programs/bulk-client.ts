// A client of the bulk interface, as the user argv[3] if it may choose. `view`: prints whether it sees sealed memory, and what
// becomes of attempts to change it for others. `flood`: transfers until it is killed.
import { openSync, readdirSync, readlinkSync, writeSync } from "node:fs";
import { makePattern } from "../bulk-handlers.js";
import { Bulk } from "../gen/bulk.js";

const [mode, binding = "", uid] = process.argv.slice(2);
if (uid !== undefined && process.getuid?.() === 0) {
  process.setgroups?.([]);
  process.setgid?.(Number(uid));
  process.setuid?.(Number(uid));
}
const SIZE = 3 * 1024 * 1024;
const client = await Bulk.connect(binding);

/** What happens to a write to each memory file that this process has open. */
function attempts(): string[] {
  const outcomes: string[] = [];
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      if (!readlinkSync(`/proc/self/fd/${fd}`).startsWith("/memfd:ncalrpc-section")) continue;
      for (const write of [
        () => writeSync(Number(fd), "x", 0),
        () => openSync(`/proc/self/fd/${fd}`, "r+"),
      ]) {
        try {
          write();
          outcomes.push("done");
        } catch (error) {
          outcomes.push(error instanceof Error && "code" in error ? String(error.code) : "unknown");
        }
      }
    } catch {
      // The descriptor that lists the directory.
    }
  }
  return outcomes;
}

if (mode === "view") {
  const { data } = await client.download(SIZE, 1, true, { bytes: "view" });
  const isSeen = data !== null && Buffer.compare(data, makePattern(SIZE, 1)) === 0;
  data?.fill(0);
  process.stdout.write(JSON.stringify({ isSeen, attempts: attempts() }));
  await client.close();
} else {
  const data = makePattern(SIZE, 1);
  process.send?.("ready");
  for (;;) {
    await Promise.all([
      client.upload("", data, 0n),
      client.echo(data),
      client.download(SIZE, 1, false),
      client.download(SIZE, 2, true, { bytes: "view" }),
    ]);
  }
}
