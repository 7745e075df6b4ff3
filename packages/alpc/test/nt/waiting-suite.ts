import type { SecurityDescriptor } from "@ncalrpc/security";
import { describe, expect, it } from "vitest";
import { type Kernel, MessageType } from "../../src/index.js";
import { eventually, message, PortClient } from "../port-client.js";

/** Clients that wait in their thread. `startServer` starts the port suite's server in another process and answers its name. */
export function waitingSuite(
  kernel: Kernel,
  securityDescriptor: SecurityDescriptor,
  startServer: () => Promise<string>,
): void {
  describe("waiting for messages in this thread", () => {
    it("hands on what comes for that port, and keeps the rest for the event loop", async () => {
      const name = await startServer();
      const [client, other] = [
        await PortClient.connect(kernel, name),
        await PortClient.connect(kernel, name),
      ];
      const seen: string[] = [];
      void other.call("first of the other").then(() => seen.push("other"));
      const answers = [client.call("one"), client.call("two")];
      const isAnswered = () => seen.length > 0;
      for (const answer of answers) void answer.then(({ text }) => seen.push(text));
      // Nothing but this loop runs here: no turn of the event loop, no promise.
      const wait = client.port.waitForMessages ?? (() => false);
      const texts: string[] = [];
      client.onText = (text) => texts.push(text);
      while (texts.length < 2) expect(wait(5_000)).toBe(true);
      expect([texts, isAnswered()]).toEqual([["one", "two"], false]);
      expect(wait(20)).toBe(false);
      await Promise.all(answers);
      await eventually(() => seen.length === 3);
      client.port.close();
      other.port.close();
    });

    it("ends when the server goes", async () => {
      const name = await startServer();
      const client = await PortClient.connect(kernel, name);
      const wait = client.port.waitForMessages ?? (() => false);
      client.request("close");
      while (!client.port.isClosed) expect(wait(5_000)).toBe(true);
      expect(() => wait(1)).toThrow(expect.objectContaining({ status: "PORT_DISCONNECTED" }));
      expect(await client.closed).toBeNull();
    });

    it("is not for handlers, nor for a server's side", async () => {
      const thrown: unknown[] = [];
      const name = `waiting-${process.pid}`;
      using _server = kernel.createPort(
        name,
        { securityDescriptor },
        {
          onConnect: (request) => void request.accept(),
          onMessage: (port, { messageId }) => {
            thrown.push(port.waitForMessages);
            const bytes = message("");
            port.send(MessageType.REPLY, bytes, bytes.length, messageId, 0);
          },
          onClosed() {},
        },
      );
      const client = await PortClient.connect(kernel, name);
      client.onText = () => {
        try {
          client.port.waitForMessages?.(1);
        } catch (error) {
          thrown.push(error);
        }
      };
      await client.call("x");
      const invalid = expect.objectContaining({ status: "INVALID_PARAMETER" });
      expect(thrown).toEqual([undefined, invalid]);
      client.port.close();
    });
  });
}
