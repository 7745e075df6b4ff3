// node port-server.mjs NAME [ATTRIBUTES]: the suite's server in a process of its own, until its standard input ends.

import { Sid } from "../../../security/dist/index.js";
import { defaultKernel } from "../../dist/index.js";
import { createLinuxKernel } from "../../dist/linux.js";
import { allow, startTestServer } from "./test-server.mjs";

const [name, options = "{}"] = process.argv.slice(2);
const { admit = [], dropTo, kernel: kernelOptions, ...attributes } = JSON.parse(options);
const kernel = kernelOptions === undefined ? defaultKernel() : createLinuxKernel(kernelOptions);
const { user } = kernel.currentToken();
const port = startTestServer(kernel, name, {
  securityDescriptor: allow(user, user, ...admit.map(Sid.parse)),
  ...attributes,
});
if (dropTo !== undefined) process.setuid(dropTo);
process.stdin.on("end", () => port.close()).resume();
process.stdout.write("ready\n");
