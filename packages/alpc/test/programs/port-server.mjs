// node port-server.mjs NAME [ATTRIBUTES]: the suite's server in a process of its own, until its standard input ends.

import { wellKnownSids } from "../../../security/dist/index.js";
import { createLinuxKernel } from "../../dist/index.js";
import { allow, startTestServer } from "./test-server.mjs";

const [name, options = "{}"] = process.argv.slice(2);
const { everyone = false, kernel: kernelOptions = {}, ...attributes } = JSON.parse(options);
const kernel = createLinuxKernel(kernelOptions);
const { user } = kernel.currentToken();
const port = startTestServer(kernel, name, {
  securityDescriptor: allow(user, everyone ? wellKnownSids.everyone : user),
  ...attributes,
});
process.stdin.on("end", () => port.close()).resume();
process.stdout.write("ready\n");
