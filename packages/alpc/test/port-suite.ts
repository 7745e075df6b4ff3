import { parseSddl, Sid } from "@ncalrpc/security";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConnectionRefusedError, type Kernel, MessageType, type PortAttributes } from "../src/index.js";
import { eventually, message, PortClient } from "./port-client.js";
import { allow } from "./programs/test-server.mjs";

/** One kernel, with a server to talk to. */
export interface PortEnvironment {
  /** The client's kernel. */
  readonly kernel: Kernel;
  /** Starts programs/test-server.mjs under a new name, for the own user; answers the name. */
  startServer(attributes?: Omit<PortAttributes, "securityDescriptor">): Promise<string>;
  stop(): Promise<void>;
}

/** What every kernel's ports must do. */
export function portSuite(title: string, start: () => Promise<PortEnvironment>): void {
  describe(`ports of the ${title} kernel`, () => {
    let environment: PortEnvironment;
    let name: string;
    const connect = (payload = "", attributes = {}) =>
      PortClient.connect(environment.kernel, name, payload, attributes);

    beforeAll(async () => {
      environment = await start();
      name = await environment.startServer();
    });
    afterAll(() => environment.stop());

    describe("connecting", () => {
      it("exchanges connect messages and tells who the other side is", async () => {
        const { port } = await connect("friend");
        expect(Buffer.from(port.payload).toString()).toBe("welcome friend");
        expect(port.token.user.equals(environment.kernel.currentToken().user)).toBe(true);
        expect(port.isClosed).toBe(false);
        expect(port.maxPayload).toBeGreaterThan(0xff00);
        expect(port.maxPayload).toBeLessThanOrEqual(0xffef - 0x28);
        port.close();
        expect(port.isClosed).toBe(true);
      });

      it("gives every port an id of its own", async () => {
        const [a, b] = [await connect(), await connect()];
        expect(a.port.id).not.toBe(b.port.id);
        a.port.close();
        b.port.close();
      });

      it("waits for a server that takes its time", async () => {
        const { port } = await connect("later");
        expect(Buffer.from(port.payload).toString()).toBe("at last");
        port.close();
      });

      it("tells a client that was rejected why", async () => {
        const error = await connect("reject").catch((reason: ConnectionRefusedError) => reason);
        expect(error).toMatchObject({ name: "AlpcError", status: "PORT_CONNECTION_REFUSED" });
        expect("payload" in error && Buffer.from(error.payload).toString()).toBe("not you");
      });

      it("carries a connect payload of 1 KiB and refuses more", async () => {
        const longest = "x".repeat(1016);
        const { port } = await connect(longest);
        expect(Buffer.from(port.payload).toString()).toBe(`welcome ${longest}`);
        port.close();
        await expect(connect("x".repeat(1025))).rejects.toMatchObject({ status: "PORT_MESSAGE_TOO_LONG" });
      });

      it("gives up after the timeout", async () => {
        await expect(connect("ignore", { timeout: 50 })).rejects.toMatchObject({ status: "TIMEOUT" });
      });

      it("lets a server accept a client that has left meanwhile, and tells it so", async () => {
        const witness = await connect();
        const { closed, refused } = await witness.log();
        await expect(connect("later", { timeout: 5 })).rejects.toMatchObject({ status: "TIMEOUT" });
        await eventually(async () => (await witness.log()).closed.length === closed.length + 1);
        expect((await witness.log()).refused).toEqual(refused);
        witness.port.close();
      });

      it("gives up when the signal says so, before or while it waits", async () => {
        await expect(connect("", { signal: AbortSignal.abort() })).rejects.toMatchObject({
          status: "CANCELLED",
        });
        const controller = new AbortController();
        const connecting = connect("ignore", { signal: controller.signal });
        setTimeout(() => controller.abort(), 10);
        await expect(connecting).rejects.toMatchObject({ status: "CANCELLED" });
      });

      it("finds nothing under a name that nobody has", async () => {
        await expect(PortClient.connect(environment.kernel, "nobody")).rejects.toMatchObject({
          status: "OBJECT_NAME_NOT_FOUND",
        });
      });

      it.each(["", ".hidden", "a/b", "../up", "a b", "a\0b", "ü", "x".repeat(201), "/a/../b", "a\\b"])(
        "refuses the name %j",
        async (bad) => {
          await expect(PortClient.connect(environment.kernel, bad)).rejects.toMatchObject({
            status: "OBJECT_NAME_INVALID",
          });
        },
      );

      it("takes upper case and the long form for the same name", async () => {
        for (const other of [name.toUpperCase(), `\\RPC Control\\${name}`, `\\rpc control\\${name}`]) {
          const client = await PortClient.connect(environment.kernel, other);
          client.port.close();
        }
      });

      it("sends nothing to a server that is someone else than required", async () => {
        const before = await connect();
        const { connects } = await before.log();
        const mismatch = connect("secret", { requiredServerSid: Sid.parse("S-1-22-1-4711") });
        await expect(mismatch).rejects.toMatchObject({ status: "SERVER_SID_MISMATCH" });
        const required = await connect("", { requiredServerSid: environment.kernel.currentToken().user });
        expect((await before.log()).connects).toBe(connects + 1);
        required.port.close();
        before.port.close();
      });

      it("sends nothing to a server that the required descriptor does not grant anything", async () => {
        const { user, groups } = environment.kernel.currentToken();
        const server = (sddl: string) => ({ requiredServer: parseSddl(sddl) });
        const before = await connect();
        const { connects } = await before.log();
        for (const sddl of ["D:", `D:(A;;GX;;;${user})`, `D:(D;;GR;;;${user})(A;;GA;;;WD)`]) {
          await expect(connect("secret", server(sddl))).rejects.toMatchObject({
            status: "SERVER_SID_MISMATCH",
          });
        }
        for (const sid of [user, groups[0] ?? user, "WD"]) {
          (await connect("", server(`D:(A;;GR;;;S-1-5-21-4-7-1-1)(A;;0x1;;;${sid})`))).port.close();
        }
        expect((await before.log()).connects).toBe(connects + 3);
        before.port.close();
      });
    });

    describe("messages", () => {
      it("answers requests, of every length up to the longest", async () => {
        const client = await connect();
        for (const length of [0, 1, 7, 8, 63, 64, 159, 160, 161, 4096, client.port.maxPayload]) {
          const text = Array.from({ length }, (_, i) => String.fromCharCode(97 + (i % 26))).join("");
          const answer = await client.call(text);
          expect(answer.type).toBe(MessageType.REPLY);
          expect(answer.text === text).toBe(true);
        }
        client.port.close();
      });

      it("refuses messages that are too long, or not there", async () => {
        const client = await connect();
        const { port } = client;
        const bytes = Buffer.alloc(0x1_0000);
        const send = (length: number, buffer = bytes) => port.send(MessageType.REQUEST, buffer, length, 0, 0);
        expect(() => send(0xfff0)).toThrowError(expect.objectContaining({ status: "PORT_MESSAGE_TOO_LONG" }));
        expect(() => send(0x27)).toThrowError(expect.objectContaining({ status: "INVALID_PARAMETER" }));
        expect(() => send(0x100, Buffer.alloc(0xff))).toThrowError(
          expect.objectContaining({ status: "INVALID_PARAMETER" }),
        );
        expect((await client.call("still there")).text).toBe("still there");
        port.close();
      });

      it("keeps the order of a thousand messages, whichever way", async () => {
        const client = await connect();
        const texts = Array.from({ length: 1000 }, (_, i) => `message ${i}`);
        const answers = await Promise.all(texts.map((text) => client.call(text)));
        expect(answers.map(({ text }) => text)).toEqual(texts);
        await client.call("flood");
        expect(client.datagrams).toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
        client.port.close();
      });

      it("copies the octets before send returns", async () => {
        const client = await connect();
        const bytes = message("before");
        const ids: number[] = [];
        const answer = new Promise<string>((resolve) => {
          void client.call("other").then(() => resolve("done"));
        });
        ids.push(client.port.send(MessageType.DATAGRAM, bytes, bytes.length, 0, 0));
        bytes.fill("x", 0x28);
        await answer;
        expect((await client.log()).datagrams.at(-1)).toBe("before");
        client.port.close();
      });

      it("hands on in batches and tells when one ends", async () => {
        const client = await connect();
        const before = client.batches;
        await Promise.all(Array.from({ length: 64 }, () => client.call("x")));
        const batches = client.batches - before;
        expect(batches).toBeGreaterThan(0);
        expect(batches).toBeLessThan(64);
        client.port.close();
      });

      it("is never re-entrant: what is sent from a handler arrives later", async () => {
        const client = await connect();
        let isInside = true;
        const answer = client.call("x").then(() => isInside);
        isInside = false;
        expect(await answer).toBe(false);
        client.port.close();
      });

      it("carries datagrams both ways", async () => {
        const client = await connect();
        client.datagram("to the server");
        expect((await client.call("datagram")).text).toBe("sent");
        expect(client.datagrams).toEqual(["from the server"]);
        expect((await client.log()).datagrams.at(-1)).toBe("to the server");
        client.port.close();
      });

      it("lets the server ask the client", async () => {
        const client = await connect();
        expect((await client.call("ask")).text).toBe("you said a port");
        expect(client.requests).toEqual(["what is it?"]);
        client.port.close();
      });

      it("says with each message who sent it", async () => {
        const client = await connect();
        const { user, pid } = environment.kernel.currentToken();
        expect(JSON.parse((await client.call("token")).text)).toEqual({ user: user.toString(), pid });
        client.port.close();
      });

      it("closes the connection of a handler that throws, and no other", async () => {
        const [unlucky, other] = [await connect(), await connect()];
        unlucky.request("throw");
        expect(await unlucky.closed).toMatchObject({ status: "UNSUCCESSFUL" });
        expect((await other.call("still there")).text).toBe("still there");
        other.port.close();
      });

      it("keeps the callback id", async () => {
        const client = await connect();
        const bytes = message("x");
        const answered = client.call("y");
        client.port.send(MessageType.REQUEST, bytes, bytes.length, 0, 77);
        expect((await answered).text).toBe("y");
        client.port.close();
      });
    });

    describe("cancelling", () => {
      it("withdraws a request", async () => {
        const client = await connect();
        const id = client.request("never");
        client.port.cancel(id);
        await eventually(async () => (await client.log()).canceled.includes(id));
        client.port.close();
      });

      it("drops an answer that comes too late", async () => {
        const client = await connect();
        const id = client.request("late");
        client.port.cancel(id);
        await new Promise((resolve) => setTimeout(resolve, 60));
        expect((await client.call("still there")).text).toBe("still there");
        client.port.close();
      });

      it("does nothing for ids that are not open", async () => {
        const client = await connect();
        const before = (await client.log()).canceled.length;
        client.port.cancel(1);
        client.port.cancel(4711);
        expect((await client.log()).canceled.length).toBe(before);
        client.port.close();
      });

      it("tells the client of a request that the server cancels", async () => {
        const client = await connect();
        expect((await client.call("cancel")).type).toBe(MessageType.CANCELED);
        client.port.close();
      });
    });

    describe("closing", () => {
      it("by the server ends the client's port in good order", async () => {
        const client = await connect();
        client.request("close");
        expect(await client.closed).toBeNull();
        expect(client.port.isClosed).toBe(true);
        const bytes = message("x");
        expect(() => client.port.send(MessageType.REQUEST, bytes, bytes.length, 0, 0)).toThrowError(
          expect.objectContaining({ status: "PORT_DISCONNECTED" }),
        );
      });

      it("by the client is told to both, once, and keeps what was sent before", async () => {
        const [client, witness] = [await connect(), await connect()];
        const before = (await witness.log()).closed.length;
        client.datagram("last words");
        client.port.close();
        client.port.close();
        expect(await client.closed).toBeNull();
        await eventually(async () => (await witness.log()).closed.length > before);
        const log = await witness.log();
        expect(log.closed.length).toBe(before + 1);
        expect(log.closed.at(-1)).toBeNull();
        expect(log.datagrams.at(-1)).toBe("last words");
        witness.port.close();
      });

      it("by `using`", async () => {
        const client = await connect();
        {
          using port = client.port;
          expect(port.isClosed).toBe(false);
        }
        expect(await client.closed).toBeNull();
      });
    });

    describe("limits", () => {
      it("bounds the connections of all, and of one user to three quarters", async () => {
        const own = await environment.startServer({ limits: { maxConnections: 4 } });
        const clients = await Promise.all([1, 2, 3].map(() => PortClient.connect(environment.kernel, own)));
        await expect(PortClient.connect(environment.kernel, own)).rejects.toMatchObject({
          status: "QUOTA_EXCEEDED",
        });
        clients[0]?.port.close();
        await eventually(async () => (await clients[1]?.log())?.closed.length === 1);
        const again = await PortClient.connect(environment.kernel, own);
        expect((await again.log()).refused).toEqual(["QUOTA_EXCEEDED"]);
      });

      it("bounds the time that a connection stays undecided", async () => {
        const own = await environment.startServer({ limits: { connectTimeout: 40 } });
        await expect(PortClient.connect(environment.kernel, own, "ignore")).rejects.toMatchObject({
          status: "TIMEOUT",
        });
        const client = await PortClient.connect(environment.kernel, own);
        expect((await client.log()).refused).toEqual(["TIMEOUT"]);
        await expect(PortClient.connect(environment.kernel, own, "too late")).rejects.toMatchObject({
          status: "TIMEOUT",
        });
        await eventually(async () => (await client.log()).closed.length === 1);
      });

      it("bounds the message length", async () => {
        const own = await environment.startServer({ limits: { maxMessageLength: 0x1000 } });
        const client = await PortClient.connect(environment.kernel, own);
        expect(client.port.maxPayload).toBe(0x1000 - 0x28);
        expect((await client.call("x".repeat(0x1000 - 0x28))).text.length).toBe(0x1000 - 0x28);
        expect(() => client.request("x".repeat(0x1000 - 0x27))).toThrowError(
          expect.objectContaining({ status: "PORT_MESSAGE_TOO_LONG" }),
        );
      });

      it("bounds the size of views", async () => {
        const own = await environment.startServer({ limits: { maxSectionSize: 65_536 } });
        const { port } = await PortClient.connect(environment.kernel, own);
        expect(port.maxViewSize).toBe(65_536);
        await expect((async () => port.allocateView(65_537))()).rejects.toMatchObject({
          status: "QUOTA_EXCEEDED",
        });
      });
    });

    it("moves views both ways", async () => {
      const client = await connect();
      const view = await client.port.allocateView(100_000);
      view.bytes.fill(41);
      const answer = await client.call("view", { view });
      expect(view.bytes.length).toBe(0);
      expect(answer.view?.size).toBe(100_000);
      expect(answer.view?.bytes.every((octet) => octet === 42)).toBe(true);
      answer.view?.release();
      expect(answer.view?.bytes.length).toBe(0);
      client.port.close();
    });

    it("refuses a view that was sent before", async () => {
      const client = await connect();
      const view = await client.port.allocateView(10);
      await client.call("view", { view });
      expect(() => client.request("view", { view })).toThrowError(
        expect.objectContaining({ status: "INVALID_PARAMETER" }),
      );
      client.port.close();
    });

    it("refuses handles unless the server accepts them", async () => {
      const client = await connect();
      expect(() => client.request("x", { handles: [{ fd: 0 }] })).toThrowError(
        expect.objectContaining({ status: "NOT_SUPPORTED" }),
      );
      client.port.close();
    });

    it("lists the ports", () => {
      const { kernel } = environment;
      const { user } = kernel.currentToken();
      const ignore = { onConnect() {}, onMessage() {}, onClosed() {} };
      using port = kernel.createPort(
        `listed-${process.pid}`,
        { securityDescriptor: allow(user, user) },
        ignore,
      );
      const listing = kernel.listPorts().find(({ name }) => name === port.name);
      expect(listing?.isLive).toBe(true);
      expect(listing?.owner.equals(user)).toBe(true);
    });
  });
}
