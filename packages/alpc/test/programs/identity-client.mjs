// node identity-client.mjs NAME [ATTRIBUTES]: connects, says "connected" or the status of the error, and then obeys the
// commands on its standard input, one a line, each answered with a line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { createInterface } from "node:readline";
import { Sid } from "../../../security/dist/index.js";
import { MessageType, PORT_MESSAGE_SIZE } from "../../dist/index.js";
import { C, loadLibC } from "../../dist/linux/libc.js";
import { createLinuxKernel } from "../../dist/linux.js";

const say = (line) => process.stdout.write(`${line}\n`);

const packet = (type, text) => {
  const bytes = Buffer.alloc(PORT_MESSAGE_SIZE + Buffer.byteLength(text));
  bytes.writeUInt16LE(bytes.length - PORT_MESSAGE_SIZE, 0);
  bytes.writeUInt16LE(bytes.length, 2);
  bytes.writeUInt16LE(type, 4);
  bytes.write(text, PORT_MESSAGE_SIZE);
  return bytes;
};

/** The child of a client: sends one datagram on the descriptor that it has inherited. */
function child(uid) {
  if (uid !== undefined) process.setuid(Number(uid));
  const bytes = packet(MessageType.DATAGRAM, "from a child");
  process.exitCode = loadLibC().send(3, bytes, bytes.length, C.MSG_NOSIGNAL) < 0 ? 1 : 0;
}

const sockets = () =>
  readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith("socket:");
    } catch {
      return false;
    }
  });

async function client(name, { requiredServerSid, seteuid, ...attributes }) {
  if (seteuid !== undefined) process.seteuid(seteuid);
  const before = new Set(sockets());
  let onReply = () => {};
  const port = await createLinuxKernel().connectPort(
    name,
    requiredServerSid === undefined
      ? attributes
      : { ...attributes, requiredServerSid: Sid.parse(requiredServerSid) },
    {
      onMessage: (_, { buffer, start, length }) => onReply(buffer.toString("latin1", start, start + length)),
      onClosed: (_, reason) => onReply(`closed ${reason?.status ?? "in order"}`),
    },
  );
  const fd = Number(sockets().find((socket) => !before.has(socket)));
  say("connected");
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...words] = line.split(" ");
    if (command === "setuid") {
      process.setuid(Number(words[0]));
      say("changed");
    } else if (command === "child") {
      const started = spawn(process.execPath, [process.argv[1], "--child", ...words], {
        stdio: ["ignore", "inherit", "inherit", fd],
      });
      await once(started, "exit");
      say(`sent by ${started.pid}`);
    } else if (port.isClosed) say("closed before");
    else {
      const answer = new Promise((resolve) => {
        onReply = resolve;
      });
      const bytes = packet(0, line);
      port.send(MessageType.REQUEST, bytes, bytes.length, 0, 0);
      say(await answer);
    }
  }
  port.close();
}

const [name, argument] = process.argv.slice(2);
if (name === "--child") child(argument);
else {
  try {
    await client(name, JSON.parse(argument ?? "{}"));
  } catch (error) {
    say(error.status ?? String(error));
  }
}
