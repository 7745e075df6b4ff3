import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { useEndpointDirectory } from "./dist/server-process.js";

const KIB = 1024;
/** Of the 24 KiB that a connection may cost, the system's sockets and watches take about 8. */
const MAX_MEMORY = 16 * KIB;

test("a connection that is idle keeps little of JavaScript's memory, both ends together", async () => {
  using _directory = useEndpointDirectory();
  const program = fileURLToPath(new URL("./dist/programs/idle-connections.js", import.meta.url));
  const child = fork(program, [], { execArgv: ["--expose-gc"] });
  const exited = once(child, "exit");
  const [octets] = await once(child, "message");
  expect(octets).toBeGreaterThan(KIB);
  expect(octets).toBeLessThan(MAX_MEMORY);
  expect(await exited).toEqual([0, null]);
});
