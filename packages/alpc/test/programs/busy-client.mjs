// node busy-client.mjs NAME: calls, with views and without, until it is killed.
import { MessageType, PORT_MESSAGE_SIZE } from "../../dist/index.js";
import { createLinuxKernel } from "../../dist/linux.js";

const [name] = process.argv.slice(2);
const request = (text) => {
  const bytes = Buffer.alloc(PORT_MESSAGE_SIZE + text.length);
  bytes.write(text, PORT_MESSAGE_SIZE);
  return bytes;
};
const echo = request("x".repeat(1000));
const viewed = request("view");
const port = await createLinuxKernel().connectPort(
  name,
  {},
  { onMessage: (_, { view }) => next(view), onClosed: () => process.exit() },
);
let calls = 0;

async function next(view) {
  view?.release();
  if (calls++ === 0) process.stdout.write("busy\n");
  if (calls % 4 === 0) {
    const mine = await port.allocateView(50_000);
    port.send(MessageType.REQUEST, viewed, viewed.length, 0, 0, { view: mine });
  } else port.send(MessageType.REQUEST, echo, echo.length, 0, 0);
}
for (let i = 0; i < 4; i++) await next(null);
