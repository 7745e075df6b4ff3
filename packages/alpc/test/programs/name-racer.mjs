// node name-racer.mjs NAME AT: tries to take the name at that time (milliseconds since the epoch) and says how it went.
import { createLinuxKernel } from "../../dist/linux.js";
import { allow } from "./test-server.mjs";

const [name, at] = process.argv.slice(2);
const kernel = createLinuxKernel();
const { user } = kernel.currentToken();
const handler = { onConnect() {}, onMessage() {}, onClosed() {} };
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.max(0, Number(at) - Date.now()));
try {
  const port = kernel.createPort(name, { securityDescriptor: allow(user, user) }, handler);
  process.stdout.write("won\n");
  process.stdin.on("end", () => port.close()).resume();
} catch (error) {
  process.stdout.write(`${error.status}\n`);
}
