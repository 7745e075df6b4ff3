import { spawn } from "node:child_process";
import { once } from "node:events";
import { MessageType } from "@ncalrpc/alpc";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ClientAnswer, ClientProcess } from "./dist/client-process.js";
import { Probe } from "./dist/gen/probe.js";
import { ServerProcess, useEndpointDirectory } from "./dist/server-process.js";
import { bindMessage, HostileClient, requestMessage } from "./hostile-client.js";
import { portPacket, RawConnection } from "./raw-connection.js";
import { handleData, handleIn, longs } from "./stub-data.js";

const isRoot = process.getuid?.() === 0;
const binding = "ncalrpc:[identity]";
/** Users and a group of no one in particular. */
const ALICE = 10_001;
const BOB = 10_002;
const FRIENDS = 20_001;
const PRIVILEGED = 8;
const ADD = 1;
const OPEN_COUNTER = 9;
const INCREMENT = 10;

function statusOf(answer: ClientAnswer): string {
  return "status" in answer ? answer.status : "OK";
}

function detailsOf(answer: ClientAnswer): string {
  return "details" in answer ? (answer.details ?? "") : "";
}

function resultOf(answer: ClientAnswer): unknown {
  expect(answer).toHaveProperty("value");
  return "value" in answer ? answer.value : undefined;
}

describe.skipIf(!isRoot)(
  `identity${isRoot ? "" : " (skipped: only root can run clients as other users)"}`,
  () => {
    let directory: ReturnType<typeof useEndpointDirectory>;
    let server: ServerProcess | null = null;
    const clients: ClientProcess[] = [];

    beforeAll(() => {
      directory = useEndpointDirectory();
    });

    afterEach(async () => {
      for (const client of clients.splice(0)) {
        await client[Symbol.asyncDispose]();
      }
      await server?.kill();
      server = null;
    });

    afterAll(() => directory[Symbol.dispose]());

    async function serve(security?: string): Promise<void> {
      server = await ServerProcess.start({
        endpoint: binding,
        ...(security === undefined ? {} : { security }),
      });
    }

    async function clientOf(uid: number, gid = uid, groups: readonly number[] = []): Promise<ClientProcess> {
      const client = await ClientProcess.start();
      clients.push(client);
      if (uid !== 0) {
        await client.become(uid, gid, groups);
      }
      return client;
    }

    describe("at connect", () => {
      it("lets in nobody but the owner by default", async () => {
        await serve();
        const owner = await clientOf(0);
        expect(statusOf(await owner.connect(binding))).toBe("OK");
        expect(resultOf(await owner.call("add", 1))).toBe(2);
        const alice = await clientOf(ALICE);
        expect(statusOf(await alice.connect(binding))).toBe("RPC_S_ACCESS_DENIED");
      });

      it("refuses whom the descriptor does not name, and says whom it refused", async () => {
        await serve(`D:(A;;GA;;;S-1-22-1-0)(A;;GA;;;S-1-22-1-${ALICE})`);
        const alice = await clientOf(ALICE);
        expect(statusOf(await alice.connect(binding))).toBe("OK");
        expect(resultOf(await alice.call("whoAmI"))).toMatchObject({
          user: `S-1-22-1-${ALICE}`,
          pid: alice.pid,
        });
        const bob = await clientOf(BOB);
        expect(statusOf(await bob.connect(binding))).toBe("RPC_S_ACCESS_DENIED");
        expect(resultOf(await alice.call("add", 1))).toBe(2);
      });

      it("lets in a group, by its members' supplementary groups too", async () => {
        await serve(`D:(A;;GA;;;S-1-22-2-${FRIENDS})`);
        const member = await clientOf(ALICE, ALICE, [FRIENDS]);
        expect(statusOf(await member.connect(binding))).toBe("OK");
        expect(resultOf(await member.call("add", 1))).toBe(2);
        const primary = await clientOf(BOB, FRIENDS);
        expect(statusOf(await primary.connect(binding))).toBe("OK");
        const stranger = await clientOf(BOB, BOB, [FRIENDS + 1]);
        expect(statusOf(await stranger.connect(binding))).toBe("RPC_S_ACCESS_DENIED");
      });

      it("denies before it allows", async () => {
        await serve(`D:(D;;GA;;;S-1-22-1-${BOB})(A;;GA;;;WD)`);
        expect(statusOf(await (await clientOf(ALICE)).connect(binding))).toBe("OK");
        expect(statusOf(await (await clientOf(BOB)).connect(binding))).toBe("RPC_S_ACCESS_DENIED");
      });

      it("tells the client whose server it reached, and sends nothing to another's", async () => {
        await serve("D:(A;;GA;;;WD)");
        const alice = await clientOf(ALICE);
        const answer = await alice.connect(binding, { serverSid: `S-1-22-1-${ALICE}` });
        expect(statusOf(answer)).toBe("RPC_S_ACCESS_DENIED");
        expect(detailsOf(answer)).toContain("S-1-22-1-0");
        expect(statusOf(await alice.connect(binding, { serverSid: "S-1-22-1-0" }))).toBe("OK");
        expect(resultOf(await alice.call("add", 1))).toBe(2);
      });
    });

    describe("at each call", () => {
      it("refuses a method to whom its descriptor does not name, and says who was refused what", async () => {
        await serve("D:(A;;GA;;;WD)");
        const alice = await clientOf(ALICE);
        await alice.connect(binding);
        const refused = await alice.call("privileged");
        expect(statusOf(refused)).toBe("RPC_S_ACCESS_DENIED");
        expect(detailsOf(refused)).toContain(`S-1-22-1-${ALICE}`);
        expect(detailsOf(refused)).toContain("Probe.privileged");
        expect(resultOf(await alice.call("add", 1))).toBe(2);
        const root = await clientOf(0);
        await root.connect(binding);
        expect(statusOf(await root.call("privileged"))).toBe("OK");
      });

      it("knows no context handle of another user's", async () => {
        await serve("D:(A;;GA;;;WD)");
        using owner = await HostileClient.connect("identity");
        await owner.bind(Probe, 1);
        const handle = handleIn((await owner.call(1, OPEN_COUNTER, longs(0))).data);
        const stolen = handleData(handle, 1);
        expect((await owner.call(1, INCREMENT, stolen)).status).toBe("OK");
        const alice = await clientOf(ALICE);
        await alice.connect(binding);
        const refused = await alice.tell({ do: "raw", procNum: INCREMENT, octets: [...stolen] });
        expect(statusOf(refused)).toBe("RPC_X_SS_CONTEXT_MISMATCH");
        expect((await owner.call(1, INCREMENT, stolen)).data.readInt32LE()).toBe(2);
      });

      it("decides before it decodes", async () => {
        await serve(`D:(A;;GA;;;WD)`);
        const alice = await clientOf(ALICE);
        expect(statusOf(await alice.connect(binding))).toBe("OK");
        // The same octets, which no decoder accepts, from a caller who may not call and from one who may.
        const refused = await alice.tell({ do: "raw", procNum: PRIVILEGED, octets: [1, 2, 3] });
        expect(statusOf(refused)).toBe("RPC_S_ACCESS_DENIED");
        const malformed = await alice.tell({ do: "raw", procNum: ADD, octets: [1, 2, 3] });
        expect(statusOf(malformed)).toBe("RPC_X_BAD_STUB_DATA");
      });
    });

    describe("when the client changes its user", () => {
      it("ends a connection with static tracking at the next message", async () => {
        await serve("D:(A;;GA;;;WD)");
        const client = await clientOf(0);
        await client.connect(binding);
        expect(statusOf(await client.call("privileged"))).toBe("OK");
        await client.become(ALICE);
        expect(statusOf(await client.call("add", 1))).toMatch(/RPC_S_(ACCESS_DENIED|CALL_FAILED)/);
        expect(statusOf(await client.call("add", 1))).toBe("RPC_S_CALL_FAILED_DNE");
        await expectConnections(0);
      });

      it("decides anew with dynamic tracking, and keeps no grant of the old user", async () => {
        await serve("D:(A;;GA;;;WD)");
        const client = await clientOf(0);
        await client.connect(binding, { tracking: "dynamic" });
        expect(statusOf(await client.call("privileged"))).toBe("OK");
        const before = resultOf(await client.call("whoAmI"));
        await client.become(ALICE);
        const refused = await client.call("privileged");
        expect(statusOf(refused)).toBe("RPC_S_ACCESS_DENIED");
        expect(resultOf(await client.call("add", 1))).toBe(2);
        const after = resultOf(await client.call("whoAmI"));
        expect(tokenIdOf(after)).not.toBe(tokenIdOf(before));
        expect(tokenIdOf(resultOf(await client.call("whoAmI")))).toBe(tokenIdOf(after));
      });

      it("grants with dynamic tracking only what both users may do", async () => {
        await serve(`D:(A;;GA;;;S-1-22-1-0)`);
        const client = await clientOf(0);
        await client.connect(binding, { tracking: "dynamic" });
        expect(resultOf(await client.call("add", 1))).toBe(2);
        await client.become(ALICE);
        // Interfaces without a descriptor of their own take the endpoint's, which does not name this user.
        expect(statusOf(await client.call("add", 1))).toBe("RPC_S_ACCESS_DENIED");
      });
    });

    describe("when another process uses the connection", () => {
      it.each([
        { delegate: false, outcome: "hung up" },
        { delegate: true, outcome: "answered" },
      ])("delegate $delegate: $outcome", async ({ delegate, outcome }) => {
        await serve();
        using raw = await RawConnection.shakeHands(directory.path, { delegate });
        raw.sendMessage(MessageType.REQUEST, bindMessage(Probe, 1));
        expect((await raw.receive())?.length).toBeGreaterThan(0);
        const stubData = Buffer.from([40, 0, 0, 0, 2, 0, 0, 0]);
        const request = requestMessage({ bindingId: 1, procNum: ADD, callId: 1, stubData });
        await sendFromChild(raw.fd, portPacket(MessageType.REQUEST, request, raw.nextId()));
        if (outcome === "answered") {
          const reply = await raw.receive();
          expect(reply?.readInt32LE(reply.length - 4)).toBe(42);
        } else {
          expect(await raw.isHungUp()).toBe(true);
        }
      });

      it("refuses a delegate of another user", async () => {
        await serve("D:(A;;GA;;;WD)");
        using raw = await RawConnection.shakeHands(directory.path, { delegate: true, tracking: "dynamic" });
        raw.sendMessage(MessageType.REQUEST, bindMessage(Probe, 1));
        expect((await raw.receive())?.length).toBeGreaterThan(0);
        const request = requestMessage({ bindingId: 1, procNum: PRIVILEGED, callId: 1 });
        await sendFromChild(raw.fd, portPacket(MessageType.REQUEST, request, raw.nextId()), ALICE);
        expect(await raw.isHungUp()).toBe(true);
      });
    });

    async function expectConnections(count: number): Promise<void> {
      const observer = await clientOf(0);
      await observer.connect(binding);
      for (let tries = 0; tries < 200; tries++) {
        const census = resultOf(await observer.call("census"));
        if (isCensus(census) && census.connections === count + 1) {
          return;
        }
      }
      expect.fail(`the server does not have ${count} connections`);
    }
  },
);

function isCensus(value: unknown): value is { connections: number } {
  return typeof value === "object" && value !== null && "connections" in value;
}

function tokenIdOf(whoAmI: unknown): unknown {
  return typeof whoAmI === "object" && whoAmI !== null && "tokenId" in whoAmI ? whoAmI.tokenId : null;
}

/** Sends one packet on a socket from a child process that has inherited it. */
async function sendFromChild(fd: number, packet: Buffer, uid = 0): Promise<void> {
  const program = new URL("./dist/programs/send-inherited.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, packet.toString("hex"), String(uid)], {
    stdio: ["ignore", "inherit", "inherit", fd],
  });
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
}
