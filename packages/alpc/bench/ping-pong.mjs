// Round trips of 64 octets between two processes: ports against bare sequenced-packet sockets through koffi with the
// same waiting. Run after `tsc -b packages/alpc`: node packages/alpc/bench/ping-pong.mjs [seconds per measurement]
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import koffi from "koffi";
import { MessageType, PORT_MESSAGE_SIZE } from "../dist/index.js";
import { addressOf, C, loadLibC } from "../dist/linux/libc.js";
import { socketAddress } from "../dist/linux/socket.js";
import { createLinuxKernel } from "../dist/linux.js";
import { ownerOnly } from "./owner-only.mjs";

const PAYLOAD = 64;
const LINGER = 0.05;
const libc = loadLibC();

/** The floor: one socket, recv and send, the thread kept awake for as long after a message as a port does it. */
class BareSocket {
  #fd;
  #onMessage;
  #buffer = Buffer.allocUnsafeSlow(65536);
  #address = addressOf(this.#buffer);
  #until = 0;
  #turn = () => this.#receive();
  constructor(fd, onMessage) {
    this.#fd = fd;
    this.#onMessage = onMessage;
    this.poll = koffi.node.poll(fd, { readable: true }, () => setImmediate(this.#turn));
  }
  #receive() {
    let got = 0;
    for (let i = 0; i < 16; i++) {
      const length = recv(this.#fd, this.#address, 65536, C.MSG_DONTWAIT);
      if (length === 0) return this.close();
      if (length < 0) break;
      got++;
      this.#onMessage(this.#buffer, length);
    }
    const now = performance.now();
    if (got > 0) this.#until = now + LINGER;
    if (now < this.#until && this.poll) setImmediate(this.#turn);
  }
  send(buffer, length) {
    libc.send(this.#fd, buffer, length, C.MSG_DONTWAIT | C.MSG_NOSIGNAL);
  }
  close() {
    this.poll?.close();
    this.poll = null;
    libc.close(this.#fd);
  }
}
const recv = koffi.load(null).func("recv", "int64", ["int", "void *", "int64", "int"]);

const reply = Buffer.allocUnsafeSlow(PORT_MESSAGE_SIZE + PAYLOAD).fill(0);
const servers = {
  bare(path) {
    const fd = libc.socket(C.AF_UNIX, C.SOCK_SEQPACKET | C.SOCK_CLOEXEC, 0);
    const address = socketAddress(path);
    libc.bind(fd, address, address.length);
    libc.listen(fd, 8);
    process.send("ready");
    const peer = libc.accept4(fd, null, null, C.SOCK_CLOEXEC);
    libc.close(fd);
    const socket = new BareSocket(peer, (_, length) => socket.send(reply, length));
  },
  ports(path) {
    const kernel = createLinuxKernel();
    const port = kernel.createPort(
      path,
      { securityDescriptor: ownerOnly(kernel) },
      {
        onConnect: (request) => request.accept(),
        onMessage: (peer, message) =>
          peer.send(MessageType.REPLY, reply, PORT_MESSAGE_SIZE + message.length, message.messageId, 0),
        onClosed: () => port.close(),
      },
    );
    process.send("ready");
  },
};

const clients = {
  async bare(path) {
    const fd = libc.socket(C.AF_UNIX, C.SOCK_SEQPACKET | C.SOCK_CLOEXEC, 0);
    const address = socketAddress(path);
    libc.connect(fd, address, address.length);
    let onReply = () => {};
    const socket = new BareSocket(fd, () => onReply());
    const request = Buffer.allocUnsafeSlow(PORT_MESSAGE_SIZE + PAYLOAD).fill(0);
    return {
      send: () => socket.send(request, PAYLOAD),
      set onReply(callback) {
        onReply = callback;
      },
      close: () => socket.close(),
    };
  },
  async ports(path) {
    const kernel = createLinuxKernel();
    let onReply = () => {};
    const request = Buffer.allocUnsafeSlow(PORT_MESSAGE_SIZE + PAYLOAD).fill(0);
    const port = await kernel.connectPort(path, {}, { onMessage: () => onReply(), onClosed() {} });
    return {
      send: () => port.send(MessageType.REQUEST, request, request.length, 0, 0),
      set onReply(callback) {
        onReply = callback;
      },
      close: () => port.close(),
    };
  },
};

/** Each round trip on its own. */
function sequential(client, seconds) {
  return new Promise((resolve) => {
    const times = [];
    const end = performance.now() + seconds * 1000;
    let start = performance.now();
    client.onReply = () => {
      const now = performance.now();
      times.push(now - start);
      if (now > end) {
        times.sort((a, b) => a - b);
        resolve({ p50: times[times.length >> 1] * 1000, p99: times[Math.floor(times.length * 0.99)] * 1000 });
        return;
      }
      start = now;
      client.send();
    };
    client.send();
  });
}

/** Always `window` under way. */
function pipelined(client, window, seconds) {
  return new Promise((resolve) => {
    const start = performance.now();
    let calls = 0;
    let open = window;
    client.onReply = () => {
      calls++;
      const elapsed = performance.now() - start;
      if (elapsed < seconds * 1000) client.send();
      else if (--open === 0) resolve((calls / elapsed) * 1000);
    };
    for (let i = 0; i < window; i++) client.send();
  });
}

async function measure(kind, directory, seconds) {
  const path = join(directory, kind);
  const child = fork(import.meta.filename ?? new URL(import.meta.url).pathname, ["serve", kind, path]);
  await new Promise((resolve) => child.once("message", resolve));
  const client = await clients[kind](path);
  await sequential(client, 0.3);
  const { p50, p99 } = await sequential(client, seconds);
  const rate = await pipelined(client, 64, seconds);
  client.close();
  await new Promise((resolve) => child.once("exit", resolve));
  rmSync(path, { force: true });
  return { p50, p99, rate };
}

const [mode, kind, path] = process.argv.slice(2);
if (mode === "serve") servers[kind](path);
else {
  const seconds = Number(mode ?? 1);
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-bench-"));
  for (let round = 0; round < 3; round++) {
    for (const kind of ["bare", "ports"]) {
      const { p50, p99, rate } = await measure(kind, directory, seconds);
      console.log(
        `${kind.padEnd(6)} p50 ${p50.toFixed(1)} us, p99 ${p99.toFixed(1)} us, 64 in flight ${rate.toFixed(0)}/s`,
      );
    }
  }
  rmSync(directory, { recursive: true });
}
