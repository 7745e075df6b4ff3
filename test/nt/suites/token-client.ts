// node token-client.js PORT TRACKING STEP...: sends a request at each step, as who the step says, and waits for the answer.
import { defaultKernel } from "@ncalrpc/alpc";
import { wellKnownSids } from "@ncalrpc/security";
import { dropPrivileges, ThreadToken } from "../../../packages/alpc/test/nt/thread-token.js";
import { PortClient } from "../../../packages/alpc/test/port-client.js";

const [name = "", tracking = "", ...steps] = process.argv.slice(2);
const client = await PortClient.connect(defaultKernel(), name, "", {
  tracking: tracking === "dynamic" ? "dynamic" : "static",
});
const copy = ThreadToken.copyOfProcess();
const restricted = copy.without(wellKnownSids.authenticatedUsers);
for (const step of steps) {
  if (step === "copy") copy.putOn();
  else if (step === "restricted") restricted.putOn();
  else ThreadToken.takeOff();
  if (step === "privileges") dropPrivileges();
  if (step.startsWith("user=")) process.env["NCALRPC_STANDIN_USER"] = step.slice("user=".length);
  await client.call(step);
}
client.port.close();
