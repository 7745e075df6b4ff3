// Measures whole calls with byte arrays between two processes, in microseconds (medians), each beside a copy of the same size
// within one process in the same run: `node test/dist/programs/measure-bulk.js [KiB,KiB,...] [direct]`
import { fork } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { type RpcServerOptions, releaseBytes } from "@ncalrpc/runtime";
import { Bulk } from "../gen/bulk.js";
import { useEndpointDirectory } from "../server-process.js";

const KiB = 1024;
const MiB = 1024 * KiB;
const sizes = (process.argv[2] ?? "16,64,256,1024,4096,16384,65536").split(",").map(Number);
const isDirect = process.argv[3] === "direct";

using _directory = useEndpointDirectory();
const limit = 1024 * MiB + 64 * KiB;
const options: RpcServerOptions = {
  endpoint: "measured",
  limits: { maxRequestSize: limit, maxResponseSize: limit, maxBytesInFlight: 4 * limit },
  port: {
    limits: {
      maxTotalSectionSize: 4 * limit,
      maxUserSectionSize: 4 * limit,
      ...(isDirect ? { maxSectionSize: 64 * KiB } : {}),
    },
    ...(isDirect ? { directMemory: { allow: "same-user", deadline: 60_000 } } : {}),
  },
};
const program = fileURLToPath(new URL("./bulk-server.js", import.meta.url));
const server = fork(program, [JSON.stringify(options), "borrowed"]);
await once(server, "message");
const client = await Bulk.connect("ncalrpc:[measured]");

/** The median of `times` runs, after two that don't count. */
async function measure(times: number, work: () => unknown): Promise<number> {
  const results: number[] = [];
  for (let i = -2; i < times; i++) {
    const started = performance.now();
    await work();
    if (i >= 0) results.push((performance.now() - started) * 1000);
  }
  return results.sort((a, b) => a - b)[times >> 1] ?? Number.NaN;
}

const header = [
  "size (KiB)",
  "memcpy",
  "upload",
  "ratio",
  "download",
  "ratio",
  "own memory",
  "sealed, copied",
  "ratio",
  "sealed, seen",
];
process.stdout.write(
  `load ${loadavg()
    .map((value) => value.toFixed(1))
    .join(" ")}\n| ${header.join(" | ")} |\n|${" ---: |".repeat(header.length)}\n`,
);
for (const size of sizes.map((kib) => kib * KiB)) {
  const data = new Uint8Array(size).fill(1);
  const target = new Uint8Array(size).fill(2);
  const times = Math.max(5, Math.min(300, Math.round((512 * MiB) / size)));
  const copy = await measure(times, () => target.set(data));
  const row = [size / KiB, copy];
  const add = (time: number) => row.push(time, copy / time);
  add(await measure(times, () => client.take(data)));
  add(await measure(times, () => client.give(size, false, { bytes: target })));
  row.push(
    await measure(Math.min(times, 20), async () => {
      const { data: own } = await client.give(size, false);
      if (own !== null) releaseBytes(own);
    }),
  );
  add(await measure(times, () => client.give(size, true, { bytes: target })));
  row.push(await measure(Math.max(times, 100), () => client.give(size, true, { bytes: "view" })));
  const shown = row.map((value) =>
    value >= 10 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(2),
  );
  process.stdout.write(`| ${shown.join(" | ")} |\n`);
}
await client.close();
server.disconnect();
