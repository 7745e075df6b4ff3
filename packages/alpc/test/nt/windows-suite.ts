import { closeSync, openSync, readFileSync } from "node:fs";
import type { Token } from "@ncalrpc/security";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeConnectRequest } from "../../src/connect-message.js";
import {
  type CommunicationPort,
  type ConnectAttributes,
  type ConnectionPort,
  type ConnectionPortHandler,
  type Kernel,
  MessageType,
  type PortAttributes,
  type ReceivedMessage,
} from "../../src/index.js";
import { MessageFlags } from "../../src/nt/layout/flags.js";
import { TRAILER_SIZE, writeTrailer } from "../../src/nt/message-trailer.js";
import { dataView } from "../../src/nt/structures.js";
import { eventually, message, PortClient } from "../port-client.js";
import { RawClient } from "./raw-client.js";

/** What the handler of one test does with a message. */
type OnMessage = (port: CommunicationPort, message: ReceivedMessage) => void;

const textOf = ({ buffer, start, length }: ReceivedMessage): string =>
  buffer.toString("latin1", start, start + length);

/**
 * What only the ports of Windows have, and the traps of ALPC that the port suite does not step into. Runs as a Windows
 * program; everything is in one process. `library` is what the kernel was made with; the descriptor lets the own user connect.
 */
export function windowsSuite(
  kernel: Kernel,
  library: string,
  securityDescriptor: PortAttributes["securityDescriptor"],
): void {
  describe("ports of Windows", () => {
    let count = 0;
    const servers: ConnectionPort[] = [];
    const serve = (
      onMessage: OnMessage,
      attributes: Partial<PortAttributes> = {},
      more: Partial<ConnectionPortHandler> = {},
    ) => {
      const name = `windows-${process.pid}-${count++}`;
      servers.push(
        kernel.createPort(
          name,
          { securityDescriptor, ...attributes },
          { onConnect: (request) => void request.accept(), onMessage, onClosed() {}, ...more },
        ),
      );
      return name;
    };
    const connect = (name: string, attributes: ConnectAttributes = {}) =>
      PortClient.connect(kernel, name, "", attributes);
    const reply = (port: CommunicationPort, { messageId }: ReceivedMessage, text: string) => {
      const bytes = message(text);
      port.send(MessageType.REPLY, bytes, bytes.length, messageId, 0);
    };
    const echo: OnMessage = (port, received) => {
      if (received.type === MessageType.REQUEST) reply(port, received, textOf(received));
    };
    afterAll(() => {
      for (const server of servers) server.close();
    });

    describe("identity", () => {
      it("has user, groups, integrity, session and logon of the sender", async () => {
        const tokens: Token[] = [];
        const name = serve((port, received) => {
          tokens.push(received.token);
          reply(port, received, "");
        });
        const client = await connect(name);
        await client.call("x");
        await client.call("y");
        const own = kernel.currentToken();
        expect(tokens[0]).toMatchObject({
          pid: process.pid,
          integrityLevel: own.integrityLevel,
          sessionId: own.sessionId,
          authenticationId: own.authenticationId,
        });
        expect(tokens[0]?.equals(own)).toBe(true);
        expect(tokens[1]).toBe(tokens[0]);
        expect(own.groups.length).toBeGreaterThan(2);
        expect(own.sessionId).not.toBeNull();
        expect(kernel.currentToken()).toBe(own);
        client.port.close();
      });

      it("is told by dynamic tracking too, whether the message says so or has to be asked", async () => {
        const users: string[] = [];
        const name = serve((port, received) => {
          users.push(received.token.user.toString());
          reply(port, received, "");
        });
        const client = await connect(name, { tracking: "dynamic" });
        await client.call("x");
        await client.call("y");
        const user = kernel.currentToken().user.toString();
        expect(users).toEqual([user, user]);
        client.port.close();
      });
    });

    describe("impersonation", () => {
      it("acts as the sender, and no longer when it returns or throws", async () => {
        const results: unknown[] = [];
        const name = serve((port, received) => {
          const as = <T>(work: () => T): T => {
            if (port.impersonate === undefined) throw new Error("no impersonation");
            return port.impersonate(received.messageId, work);
          };
          results.push(as(() => kernel.currentToken().user.toString()));
          try {
            as(() => {
              throw new RangeError("from the work");
            });
          } catch (error) {
            results.push(error instanceof RangeError);
          }
          results.push(readFileSync(process.execPath).length > 0);
          reply(port, received, "");
          try {
            as(() => 0);
          } catch (error) {
            results.push(error);
          }
        });
        const client = await connect(name);
        await client.call("x");
        const denied = expect.objectContaining({ status: "ACCESS_DENIED" });
        expect(results).toEqual([kernel.currentToken().user.toString(), true, true, denied]);
        client.port.close();
      });
    });

    describe("messages that are owed an end", () => {
      it("get one when nobody answers and the connection closes", async () => {
        const name = serve(() => {});
        const client = await connect(name);
        for (let i = 0; i < 20; i++) client.request("never");
        client.port.close();
        expect(await client.closed).toBeNull();
      });

      it("get one when they carry views and handles that nobody wants", async () => {
        let datagrams = 0;
        const name = serve(
          (port, { view, handles, type }) => {
            datagrams += type === MessageType.DATAGRAM ? 1 : 0;
            view?.release();
            for (const handle of handles) handle.close();
            if (datagrams === 10) port.close();
          },
          { acceptHandles: true },
        );
        const client = await connect(name);
        const fd = openSync(process.execPath, "r");
        for (let i = 0; i < 10; i++) {
          const view = await client.port.allocateView(10_000);
          const bytes = message("x");
          client.port.send(MessageType.DATAGRAM, bytes, bytes.length, 0, 0, {
            view,
            handles: [{ fd }, { fd }],
          });
        }
        closeSync(fd);
        expect(await client.closed).toBeNull();
        expect(datagrams).toBe(10);
      });

      it("get one when they break the rules", async () => {
        const closed: (string | null)[] = [];
        const name = serve(
          echo,
          { acceptHandles: true },
          { onClosed: (_port, reason) => closed.push(reason?.status ?? null) },
        );
        // Without a trailer; as requests and as datagrams. What is left of them the stand-in reports.
        for (const flags of [0, MessageFlags.RELEASE_MESSAGE]) {
          for (const carry of ["view", "handle"] as const) {
            using raw = new RawClient(library, name);
            await eventually(() => raw.receive() !== null);
            expect(raw.sendWith(carry, flags, Buffer.alloc(3))).toBe(0);
            const before = closed.length;
            await eventually(() => closed.length > before);
          }
        }
        expect(closed).toEqual(Array(4).fill("INVALID_MESSAGE"));
      });
    });

    describe("foreign peers", () => {
      it("send and get nothing but payloads, many at a time", async () => {
        const connects: number[] = [];
        const name = serve(
          echo,
          {},
          {
            onConnect(request) {
              connects.push(request.payload.length);
              request.accept();
            },
          },
        );
        const client = await PortClient.connect(kernel, name, "", {
          foreign: true,
          payload: new Uint8Array(),
        });
        expect(client.port.maxPayload).toBe(0x1000 - 0x28);
        const texts = Array.from({ length: 100 }, (_, i) => `call ${i}`);
        const answers = await Promise.all(texts.map((text) => client.call(text)));
        expect(answers.map(({ text }) => text)).toEqual(texts);
        expect(connects).toEqual([0]);
        client.port.close();
      });

      it("bring views of whole pages", async () => {
        const sizes: number[] = [];
        const name = serve((port, received) => {
          sizes.push(received.view?.size ?? -1);
          const answer = port.allocateView(5_000);
          if (answer instanceof Promise) throw new Error("views of nt are there at once");
          answer.bytes.fill(7);
          received.view?.release();
          const bytes = message("");
          port.send(MessageType.REPLY, bytes, bytes.length, received.messageId, 0, { view: answer });
        });
        const client = await PortClient.connect(kernel, name, "", {
          foreign: true,
          payload: new Uint8Array(),
        });
        const view = await client.port.allocateView(4_097);
        const { view: answer } = await client.call("view", { view });
        expect([sizes, answer?.size]).toEqual([[8_192], 8_192]);
        expect(answer?.bytes.subarray(0, 5_000).every((octet) => octet === 7)).toBe(true);
        answer?.release();
        client.port.close();
      });

      it("are refused as ALPC refuses", async () => {
        const name = serve(echo, {}, { onConnect: (request) => request.reject(Buffer.from("why")) });
        await expect(connect(name, { foreign: true, payload: new Uint8Array() })).rejects.toMatchObject({
          status: "PORT_CONNECTION_REFUSED",
        });
      });
    });

    describe("hostile peers", () => {
      const RELEASE = 0x1_0000;
      const trailer = (type: number, id: number, payloadLength: number) => {
        const bytes = Buffer.alloc(payloadLength + TRAILER_SIZE);
        const fields = { type, messageId: id, callbackId: 0, payloadLength, viewSize: 0 };
        writeTrailer(dataView(bytes), payloadLength, fields);
        return bytes;
      };

      it.each<[string, number, Buffer]>([
        ["no trailer", RELEASE, Buffer.alloc(3)],
        ["a trailer of another length", RELEASE, Buffer.concat([Buffer.alloc(1), trailer(3, 0, 0)])],
        ["an unknown type", RELEASE, trailer(99, 0, 0)],
        ["a request as a datagram", RELEASE, trailer(1, 1, 0)],
        ["a request with an id of the server's", 0, trailer(1, 2, 0)],
        ["a request without an id", 0, trailer(1, 0, 0)],
        ["an answer to nothing", RELEASE, trailer(2, 2, 0)],
        ["a farewell of a wrong length", 0, trailer(5, 0, 7)],
      ])("who send %s are closed, and nobody else", async (_, flags, bytes) => {
        const closed: (string | null)[] = [];
        const name = serve(echo, {}, { onClosed: (_port, reason) => closed.push(reason?.status ?? null) });
        const witness = await connect(name);
        using raw = new RawClient(library, name);
        await eventually(() => raw.receive() !== null);
        expect(raw.send(flags, bytes)).toBe(0);
        await eventually(() => closed.length === 1);
        expect(closed).toEqual(["INVALID_MESSAGE"]);
        expect((await witness.call("still there")).text).toBe("still there");
        witness.port.close();
      });

      it("who send one id twice are closed", async () => {
        const closed: (string | null)[] = [];
        const name = serve(
          () => {},
          {},
          { onClosed: (_port, reason) => closed.push(reason?.status ?? null) },
        );
        using raw = new RawClient(library, name);
        await eventually(() => raw.receive() !== null);
        for (let i = 0; i < 2; i++) expect(raw.send(0, trailer(1, 1, 0))).toBe(0);
        await eventually(() => closed.length === 1);
        expect(closed).toEqual(["INVALID_MESSAGE"]);
      });

      it("who say they are ours and do not speak our version are told so", async () => {
        const refused: string[] = [];
        const name = serve(echo, {}, { onRefused: (reason) => refused.push(reason.status) });
        const bytes = encodeConnectRequest({
          tracking: "static",
          delegate: false,
          payload: new Uint8Array(),
        });
        bytes.writeUInt16LE(77, 4);
        using raw = new RawClient(library, name, bytes);
        let answer: ReturnType<RawClient["receive"]> = null;
        await eventually(() => {
          answer = raw.receive();
          return answer !== null;
        });
        expect(answer).toMatchObject({ kind: MessageType.CONNECTION_REPLY });
        expect(refused).toEqual(["INVALID_MESSAGE"]);
      });

      it("who read nothing are closed when their time is over, and nothing waits for them", async () => {
        const closed: (string | null)[] = [];
        let port: CommunicationPort | null = null;
        const limits = { maxQueuedMessages: 2, maxQueuedBytes: 1, slowReaderGrace: 100 };
        const name = serve(
          echo,
          { limits },
          {
            onConnect: (request) => {
              port = request.accept();
            },
            onClosed: (_port, reason) => closed.push(reason?.status ?? null),
          },
        );
        using raw = new RawClient(library, name);
        await eventually(() => raw.receive() !== null);
        const bytes = Buffer.alloc(0x28 + 60_000);
        const flood = (to: CommunicationPort | null) => {
          for (let i = 0; i < 20; i++) to?.send(MessageType.DATAGRAM, bytes, bytes.length, 0, 0);
          return to?.queuedMessages ?? 0;
        };
        expect(flood(port)).toBeGreaterThan(10);
        await eventually(() => closed.length === 1);
        expect(closed).toEqual(["QUOTA_EXCEEDED"]);
      });
    });

    describe("names", () => {
      let first: ConnectionPort;
      const name = `windows-name-${process.pid}`;
      const handler = { onConnect() {}, onMessage() {}, onClosed() {} };
      beforeAll(() => {
        first = kernel.createPort(name, { securityDescriptor }, handler);
      });

      it("belong to one server, and are free when it has closed", async () => {
        expect(() => kernel.createPort(name.toUpperCase(), { securityDescriptor }, handler)).toThrow(
          expect.objectContaining({ status: "OBJECT_NAME_COLLISION" }),
        );
        first.close();
        let again: ConnectionPort | null = null;
        await eventually(() => {
          try {
            again = kernel.createPort(name, { securityDescriptor }, handler);
          } catch {
            return false;
          }
          servers.push(again);
          return true;
        });
        expect(again).not.toBeNull();
      });
    });

    it("refuses whom the descriptor does not name", async () => {
      const nobody = { ...securityDescriptor, dacl: { flags: 0, aces: [] } };
      const name = serve(echo, { securityDescriptor: nobody });
      await expect(connect(name)).rejects.toMatchObject({ status: "ACCESS_DENIED" });
    });
  });
}
