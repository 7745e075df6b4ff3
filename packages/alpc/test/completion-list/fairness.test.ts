import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE } from "../../src/index.js";
import { createLinuxKernel } from "../../src/linux.js";
import { message, PortClient } from "../port-client.js";
import { allow } from "../programs/test-server.mjs";

/** Messages of a connection that are handed on before the next one has its turn. */
const PER_TURN = 16;
/** Of each flooder, with one more as soon as one is answered: its ring is never empty. */
const BACKLOG = 1_000;
const ROUNDS = 20;

describe.each([true, false])("two clients that flood a server, completion lists: %s", (completionList) => {
  it("do not get ahead of a quiet one by more than a turn each", { timeout: 20_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), "ncalrpc-fair-"));
    const environment = { NCALRPC_DIR: directory };
    const kernel = () => createLinuxKernel({ environment, completionList });
    /** Who sent the requests that the server was handed, in their order. */
    const order: number[] = [];
    let onRequest = () => {};
    const serving = kernel();
    const { user } = serving.currentToken();
    const server = serving.createPort(
      "fair",
      { securityDescriptor: allow(user, user), limits: { messagesPerTurn: PER_TURN } },
      {
        onConnect: (request) => void request.accept(),
        onMessage: (port, { messageId }) => {
          order.push(port.id);
          onRequest();
          port.send(MessageType.REPLY, message("x"), PORT_MESSAGE_SIZE + 1, messageId, 0);
        },
        onClosed: () => {},
      },
    );
    const clients = kernel();
    const request = message("x");
    const send = (port: CommunicationPort) => port.send(MessageType.REQUEST, request, request.length, 0, 0);
    const flooders = [await PortClient.connect(clients, "fair"), await PortClient.connect(clients, "fair")];
    let isFlooding = true;
    for (const flooder of flooders) flooder.onText = () => void (isFlooding && send(flooder.port));
    const quiet = await PortClient.connect(clients, "fair");
    await quiet.call("x");
    const [quietId] = order;
    for (const { port } of flooders) for (let i = 0; i < BACKLOG; i++) send(port);
    const ahead: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      // Sent in the middle of a turn of the server, each time in another place.
      const start = await new Promise<number>((resolve) => {
        const due = order.length + 50 + round * 7;
        onRequest = () => {
          if (order.length < due) return;
          onRequest = () => {};
          const length = order.length;
          void quiet.call("x").then(() => resolve(length));
          clients.flush();
        };
      });
      ahead.push(order.indexOf(quietId ?? -1, start) - start);
    }
    isFlooding = false;
    expect(ahead.filter((count) => count < 0)).toEqual([]);
    expect(Math.max(...ahead)).toBeGreaterThan(0);
    expect(Math.max(...ahead)).toBeLessThanOrEqual(2 * flooders.length * PER_TURN);
    for (const { port } of [...flooders, quiet]) port.close();
    server.close();
    rmSync(directory, { recursive: true });
  });
});
