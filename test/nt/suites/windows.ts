import { defaultKernel } from "@ncalrpc/alpc";
import { afterAll } from "vitest";
import { waitingSuite } from "../../../packages/alpc/test/nt/waiting-suite.js";
import { windowsSuite } from "../../../packages/alpc/test/nt/windows-suite.js";
import { allow } from "../../../packages/alpc/test/programs/test-server.mjs";
import { type ServerProcess, startProgram, stopProgram } from "../../../packages/alpc/test/server-process.js";

const kernel = defaultKernel();
const { user } = kernel.currentToken();
const servers: ServerProcess[] = [];
afterAll(() => Promise.all(servers.map(stopProgram)));

windowsSuite(kernel, process.env["NCALRPC_TEST_LIBRARY"] ?? "ntdll.dll", allow(user, user));
waitingSuite(kernel, allow(user, user), async () => {
  const name = `windows-server-${process.pid}-${servers.length}`;
  const { child } = await startProgram("port-server.mjs", [name, "{}"]);
  servers.push(child);
  return name;
});
