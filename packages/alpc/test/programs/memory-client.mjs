// A client of the memory service argv[2] that sends a view of argv[3] octets, keeps another one, says "ready" and waits to be killed.
import { createLinuxKernel } from "../../dist/linux/linux-kernel.js";

const kernel = createLinuxKernel();
const handler = { onMessage: () => process.stdout.write("ready\n"), onClosed: () => process.exit(1) };
const port = await kernel.connectPort(process.argv[2], {}, handler);
const [sent, kept] = await Promise.all([1, 2].map(() => port.allocateView(Number(process.argv[3]))));
for (const view of [sent, kept]) view.bytes.fill(9);
const bytes = Buffer.concat([Buffer.alloc(0x28), Buffer.from(JSON.stringify({ op: "keep" }))]);
port.send(1, bytes, bytes.length, 0, 0, { view: sent });
