import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type CommunicationPort,
  type ConnectionPort,
  MessageType,
  PORT_MESSAGE_SIZE,
} from "../../src/index.js";
import { ringsOf } from "../../src/linux/completion-list/list-memory.js";
import { createLinuxKernel } from "../../src/linux.js";
import { eventually, PortClient } from "../port-client.js";
import { allow } from "../programs/test-server.mjs";

const directory = mkdtempSync(join(tmpdir(), "ncalrpc-publication-"));
const kernel = createLinuxKernel({ environment: { NCALRPC_DIR: directory }, completionList: true });

/** Sends an empty message through the list: how far the ring that it went into had been published before, and after. */
function sendListed(port: CommunicationPort, type: MessageType, messageId: number): [number, number] {
  const room = port.reserve?.() ?? null;
  if (room === null) throw new Error("there is no room");
  const { requests, replies } = ringsOf(room.buffer.buffer);
  const { control, tail } = type === MessageType.REQUEST ? requests : replies;
  const before = Atomics.load(control, tail);
  room.send(type, PORT_MESSAGE_SIZE, messageId, 0);
  return [before, Atomics.load(control, tail)];
}

let server: ConnectionPort;
let client: PortClient;
/** What the server has seen of its replies, once it sends them through the list. */
const replies: [number, number][] = [];
let isListed = false;

beforeAll(async () => {
  const { user } = kernel.currentToken();
  server = kernel.createPort(
    "published",
    { securityDescriptor: allow(user, user) },
    {
      onConnect: (request) => void request.accept(),
      onMessage: (port, { type, messageId }) => {
        if (type !== MessageType.REQUEST) return;
        if (isListed) replies.push(sendListed(port, MessageType.REPLY, messageId));
        else port.send(MessageType.REPLY, Buffer.alloc(PORT_MESSAGE_SIZE), PORT_MESSAGE_SIZE, messageId, 0);
      },
      onClosed() {},
    },
  );
  client = await PortClient.connect(kernel, "published");
  await Promise.all(Array.from({ length: 40 }, () => client.call("")));
  isListed = true;
});
afterAll(() => {
  client.port.close();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

it("does not keep back the first request, nor the reply to the last one of a batch; others go together", async () => {
  const requests = [1, 2, 3].map(() => sendListed(client.port, MessageType.REQUEST, 0));
  expect(requests.map(([before, after]) => after - before)).toEqual([PORT_MESSAGE_SIZE + 8, 0, 0]);
  await eventually(() => replies.length === 3);
  expect(replies.map(([before, after]) => after - before)).toEqual([0, 0, 3 * (PORT_MESSAGE_SIZE + 8)]);
});
