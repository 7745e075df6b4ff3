// Measures the three ways to move data, each alone and in one process (direct: two), to set src/transfer-thresholds.ts:
//   node packages/alpc/bench/transfer.mjs [--json]
// Times are microseconds, the best of several runs (other work on the machine only ever adds), for the work of both sides; waking the other process is not in them,
// as it is the same for all.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import koffi from "koffi";
import { DirectMemory } from "../dist/linux/direct-memory.js";
import { DirectPeer } from "../dist/linux/direct-peer.js";
import { C, loadLibC } from "../dist/linux/libc.js";
import { makeSection, openSection } from "../dist/linux/section.js";

const KiB = 1024;
const MiB = 1024 * KiB;
const libc = loadLibC();
const socketpair = koffi.load(null).func("int socketpair(int domain, int type, int protocol, void *fds)");

/** The microseconds that one `work` takes, `times` in a row: the best of `runs`. */
function measure(work, times, runs = 9) {
  for (let i = 0; i < times; i++) work();
  const results = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    for (let i = 0; i < times; i++) work();
    results.push(((performance.now() - started) / times) * 1000);
  }
  return Math.min(...results);
}

const timesFor = (size) => Math.max(3, Math.min(2000, Math.round((64 * MiB) / size / 8)));

function socketPair() {
  const fds = Buffer.alloc(8);
  if (socketpair(C.AF_UNIX, C.SOCK_SEQPACKET | C.SOCK_CLOEXEC, 0, fds) < 0)
    throw new Error("socketpair failed");
  return [fds.readInt32LE(0), fds.readInt32LE(4)];
}

const [near, far] = socketPair();
const slab = Buffer.allocUnsafeSlow(64 * KiB).fill(1);
const received = Buffer.allocUnsafeSlow(64 * KiB);
const source = Buffer.allocUnsafeSlow(64 * MiB).fill(2);
const target = Buffer.allocUnsafeSlow(64 * MiB).fill(3);

/** A short message: into the send queue, through the kernel, into the receiver's slab, which is decoded in place. */
function short(size) {
  source.copy(slab, 0, 0, size);
  libc.send(near, slab, size, 0);
  libc.recvmsg(far, messageHeader, 0);
}

const messageHeader = (() => {
  const vector = Buffer.allocUnsafeSlow(16);
  vector.writeBigUInt64LE(koffi.address(received), 0);
  vector.writeBigUInt64LE(BigInt(received.length), 8);
  const header = Buffer.allocUnsafeSlow(56).fill(0);
  header.writeBigUInt64LE(koffi.address(vector), 16);
  header.writeBigUInt64LE(1n, 24);
  header.vector = vector;
  return header;
})();

/** A pair of mappings as server and client have them. */
function sectionPair(size, kind) {
  const server = makeSection(libc, size, kind, "mapped");
  const client = openSection(libc, server.takeDescriptor(), size, kind, "mapped");
  const sender = kind === "request" ? client : server;
  return {
    sender,
    receiver: sender === client ? server : client,
    close() {
      server.close();
      client.close();
    },
  };
}

function fill(pair, size) {
  pair.sender.memory.fill(source.subarray(0, size), 0);
}

function drain(pair, size) {
  pair.receiver.memory.copyTo(target.subarray(0, size));
}

/** A section message: copied in, announced, copied out, given back. */
function throughSection(pair, size) {
  fill(pair, size);
  short(0x60);
  drain(pair, size);
  short(0x30);
}

function fresh(size, kind) {
  const pair = sectionPair(size, kind);
  fill(pair, size);
  drain(pair, size);
  pair.close();
}

async function direct(sizes) {
  const program = fileURLToPath(new URL("../test/programs/memory-peer.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, String(64 * MiB)], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  const { pid, address } = JSON.parse(line);
  const peer = DirectPeer.open(libc, { pid, uid: process.geteuid(), pidfd: libc.pidfd_open(pid, 0) });
  const memory = new DirectMemory({ libc });
  const rows = [];
  for (const size of sizes) {
    const results = [];
    const part = target.subarray(0, size);
    for (let i = 0; i < 4 + timesFor(size) / 8; i++) {
      const started = performance.now();
      await memory.read(peer, { address: BigInt(address), size }, part);
      results.push((performance.now() - started) * 1000);
    }
    rows.push([size, Math.min(...results)]);
  }
  peer.close();
  await memory.close();
  child.kill();
  return new Map(rows);
}

const smallSizes = [1, 2, 4, 8, 16, 24, 32, 40, 48, 56, 63].map((size) => size * KiB);
const largeSizes = [64 * KiB, 256 * KiB, MiB, 4 * MiB, 16 * MiB, 64 * MiB];

const small = smallSizes.map((size) => {
  const times = timesFor(size);
  const request = sectionPair(64 * KiB, "request");
  const reply = sectionPair(64 * KiB, "reply");
  const row = {
    size,
    short: measure(() => short(size), times),
    request: measure(() => throughSection(request, size), times),
    reply: measure(() => throughSection(reply, size), times),
  };
  request.close();
  reply.close();
  return row;
});

const readv = await direct(largeSizes);
const large = largeSizes.map((size) => {
  const times = timesFor(size);
  const request = sectionPair(size, "request");
  const reply = sectionPair(size, "reply");
  const row = {
    size,
    memcpy: measure(() => target.set(source.subarray(0, size)), times),
    pooledFill: measure(() => fill(request, size), times),
    pooledRequest: measure(() => throughSection(request, size), times),
    pooledReply: measure(() => throughSection(reply, size), times),
    freshRequest: measure(() => fresh(size, "request"), Math.ceil(times / 4)),
    freshReply: measure(() => fresh(size, "reply"), Math.ceil(times / 4)),
    direct: readv.get(size),
  };
  request.close();
  reply.close();
  return row;
});

/** The first size from which on `other` is never slower than `short`, null if that is nowhere. */
function crossing(rows, name) {
  let found = null;
  for (const row of [...rows].reverse()) {
    if (row[name] > row.short) break;
    found = row.size;
  }
  return found;
}

const crossings = { request: crossing(small, "request"), reply: crossing(small, "reply") };
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ load: loadavg(), small, large, crossings }));
} else {
  console.log(
    `load ${loadavg()
      .map((value) => value.toFixed(2))
      .join(" ")}, ${process.version}; microseconds`,
  );
  const format = (rows) =>
    rows.map(({ size, ...columns }) => ({
      KiB: size / KiB,
      ...Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, Number(value.toFixed(1))])),
    }));
  console.table(format(small));
  console.table(format(large));
  const say = (size) => (size === null ? "nowhere below 64 KiB" : `from ${size / KiB} KiB`);
  console.log(
    `a section beats a short message: requests ${say(crossings.request)}, replies ${say(crossings.reply)}`,
  );
}
