// A thread that changes the sections which its process shares with servers, as fast as it can, until it is told to stop.
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

/** Octets of a section that are changed: where counts and lengths lie. */
const SPAN = 64;
const { stop, changes }: { stop: Int32Array; changes: Int32Array } = workerData;
const interesting = [0, 1, 2, 7, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 0x0002_0000];

const memory = openSync("/proc/self/mem", "r+");
const word = Buffer.alloc(4);
parentPort?.postMessage("ready");
while (Atomics.load(stop, 0) === 0) {
  for (const address of sectionAddresses()) {
    for (let i = 0; i < 2_000; i++) {
      word.writeUInt32LE(interesting[i % interesting.length] ?? 0);
      try {
        writeSync(memory, word, 0, 4, address + ((i * 4) % SPAN));
      } catch {
        break; // The section is gone.
      }
      Atomics.add(changes, 0, 1);
    }
  }
}
closeSync(memory);

/** Where this process has mapped sections that it may write to. */
function sectionAddresses(): number[] {
  return readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.includes("ncalrpc-section") && line.includes(" rw-s "))
    .map((line) => Number.parseInt(line, 16));
}
