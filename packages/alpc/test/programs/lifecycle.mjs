// node --expose-gc lifecycle.mjs STEP NAME: one step of lifecycle.test.ts in a process that is to end by itself.
import { MessageType } from "../../dist/index.js";
import { createLinuxKernel } from "../../dist/linux.js";
import { allow, startTestServer } from "./test-server.mjs";

const [step, name] = process.argv.slice(2);
const handler = { onMessage() {}, onClosed() {} };
const say = (text) => process.stdout.write(`${text}\n`);

const steps = {
  /** A client that closes its port. */
  async closed() {
    (await createLinuxKernel().connectPort(name, {}, handler)).close();
  },
  /** A client that leaves its port open, on a kernel that does not count. */
  async unreferenced() {
    const kernel = createLinuxKernel();
    kernel.unref();
    await kernel.connectPort(name, {}, handler);
  },
  /** A client that nobody holds on to, with a request under way that is answered after a while. */
  async collected() {
    const connect = async () => {
      const port = await createLinuxKernel().connectPort(
        name,
        {},
        {
          onMessage(answered, { buffer, start, length }) {
            say(buffer.toString("latin1", start, start + length));
            answered.close();
          },
          onClosed: () => say("closed"),
        },
      );
      const bytes = Buffer.alloc(0x28 + 4);
      bytes.write("late", 0x28);
      port.send(MessageType.REQUEST, bytes, bytes.length, 0, 0);
    };
    await connect();
    for (let i = 0; i < 3; i++) globalThis.gc();
    say("collected");
  },
  /** A server that closes its port. */
  async server() {
    const kernel = createLinuxKernel();
    const { user } = kernel.currentToken();
    startTestServer(kernel, `${name}-own`, { securityDescriptor: allow(user, user) }).close();
  },
};
await steps[step]();
say("done");
