import { fileURLToPath } from "node:url";
import { defaultKernel } from "@ncalrpc/alpc";
import { expect } from "vitest";
import { identitySuite } from "../../../packages/alpc/test/nt/identity-suite.js";
import { allow } from "../../../packages/alpc/test/programs/test-server.mjs";
import { Program } from "./programs.js";

const kernel = defaultKernel();
const { user } = kernel.currentToken();
const client = fileURLToPath(new URL("token-client.js", import.meta.url));

identitySuite(kernel, allow(user, user), async (name, tracking, steps) => {
  const { code, stderr } = await new Program(process.execPath, client, name, tracking, ...steps).outcome();
  expect([stderr, code]).toEqual(["", 0]);
});
