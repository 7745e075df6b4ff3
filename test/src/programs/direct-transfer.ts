// Moves more than a section holds, both ways, between this process and a server of its own; prints what came of it.
// Direct memory needs a server without CAP_SYS_PTRACE, so this is run as an ordinary user.
import { Probe } from "../gen/probe.js";
import { makeOctets, sumOf } from "../probe-handlers.js";
import { ServerProcess } from "../server-process.js";

const length = Number(process.argv[2]);
const data = makeOctets(length, 3);
await using _server = await ServerProcess.start({
  endpoint: "direct",
  port: { limits: { maxSectionSize: 256 * 1024 }, directMemory: { allow: "same-user" } },
});
await using probe = await Probe.connect("ncalrpc:[direct]");
const { received, sum } = await probe.upload(data);
const { data: back } = await probe.download(length, 9);
const concurrent = await Promise.all(Array.from({ length: 3 }, () => probe.upload(data)));
console.log(
  JSON.stringify({
    uploaded: received === length && sum === sumOf(data),
    downloaded: Buffer.compare(back ?? new Uint8Array(0), makeOctets(length, 9)) === 0,
    concurrent: concurrent.every((answer) => answer.sum === sum),
  }),
);
