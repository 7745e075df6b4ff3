/**
 * Several users. Wine has one: the stand-in takes a process for another user whose NCALRPC_STANDIN_USER says so, for the
 * system's access check as for what servers are told. Only that user's SID is known then: Wine has no token of him.
 */
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CommunicationPort,
  type ConnectionPort,
  defaultKernel,
  type ReceivedMessage,
} from "@ncalrpc/alpc";
import { parseSddl, Sid, type Token, wellKnownSids } from "@ncalrpc/security";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { MessageType } from "../../../packages/alpc/src/message.js";
import { ThreadToken } from "../../../packages/alpc/test/nt/thread-token.js";
import { message, PortClient } from "../../../packages/alpc/test/port-client.js";
import { Probe } from "../../dist/gen/probe.js";
import { ServerProcess } from "../../dist/server-process.js";
import { statusOf } from "../../runtime-suite.js";
import { Program } from "./programs.js";

const kernel = defaultKernel();
const own = kernel.currentToken().user.toString();
const ALICE = "S-1-5-21-1-2-3-4711";
const BOB = "S-1-5-21-1-2-3-4712";
const client = fileURLToPath(new URL("token-client.js", import.meta.url));

/** Runs `work` while this process passes for somebody else. */
async function as<T>(user: string, work: () => Promise<T>): Promise<T> {
  process.env["NCALRPC_STANDIN_USER"] = user;
  try {
    return await work();
  } finally {
    delete process.env["NCALRPC_STANDIN_USER"];
  }
}

describe("ports and users", () => {
  let count = 0;
  const servers: ConnectionPort[] = [];
  const serve = (sddl: string) => {
    const name = `users-${process.pid}-${count++}`;
    const tokens: Token[] = [];
    const closed: (string | null)[] = [];
    servers.push(
      kernel.createPort(
        name,
        { securityDescriptor: parseSddl(sddl) },
        {
          onConnect: (request) => void request.accept(),
          onMessage: (port: CommunicationPort, received: ReceivedMessage) => {
            if (received.type !== MessageType.REQUEST) return;
            tokens.push(received.token);
            const bytes = message("");
            port.send(MessageType.REPLY, bytes, bytes.length, received.messageId, 0);
          },
          onClosed: (_port, reason) => void closed.push(reason?.status ?? null),
        },
      ),
    );
    return { name, tokens, closed };
  };
  const run = (user: string, name: string, tracking: "static" | "dynamic", ...steps: string[]) =>
    as(user, () => new Program(process.execPath, client, name, tracking, ...steps).outcome());
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it("let in whom the descriptor names, and tell the server who that is", async () => {
    const { name, tokens } = serve(`O:${own}G:${own}D:(A;;GR;;;${ALICE})`);
    expect(await run(ALICE, name, "static", "hello")).toMatchObject({ code: 0, stderr: "" });
    expect(tokens.map(({ user }) => `${user}`)).toEqual([ALICE]);
    expect(tokens[0]?.pid).not.toBe(process.pid);
    expect(tokens[0]?.groups.map(String)).toEqual(["S-1-1-0"]);
    for (const other of [BOB, own]) {
      const { code, stderr } = await run(other === own ? "" : other, name, "static", "hello");
      expect([code, stderr]).toEqual([1, expect.stringContaining("ACCESS_DENIED")]);
    }
    expect(tokens).toHaveLength(1);
  });

  it("keep the user of the connect, with static tracking", async () => {
    const { name, tokens, closed } = serve(`O:${own}G:${own}D:(A;;GR;;;WD)`);
    expect(await run(ALICE, name, "static", "hello", `user=${BOB}`, "user=")).toMatchObject({ code: 0 });
    expect(new Set(tokens).size).toBe(1);
    expect(`${tokens[0]?.user}`).toBe(ALICE);
    expect(closed).toEqual([null]);
  });

  it("tell the user of each message, with dynamic tracking", async () => {
    const { name, tokens } = serve(`O:${own}G:${own}D:(A;;GR;;;WD)`);
    const steps = ["hello", `user=${BOB}`, "again", "user=", `user=${ALICE}`];
    expect(await run(ALICE, name, "dynamic", ...steps)).toMatchObject({ code: 0 });
    expect(tokens.map(({ user }) => `${user}`)).toEqual([ALICE, BOB, BOB, own, ALICE]);
    expect(tokens[2]).toBe(tokens[1]);
  });

  it("are not fooled by somebody else's server", async () => {
    const name = `users-squatter-${process.pid}`;
    const squat = () => {
      const handler = { onConnect: () => {}, onMessage: () => {}, onClosed: () => {} };
      return kernel.createPort(name, { securityDescriptor: parseSddl("D:(A;;GR;;;WD)") }, handler);
    };
    using _squatter = await as(BOB, async () => squat());
    const requirements = [
      { requiredServerSid: Sid.parse(own) },
      { requiredServer: parseSddl(`D:(A;;GA;;;${own})(A;;GA;;;${ALICE})`) },
      { requiredServer: parseSddl(`D:(D;;GA;;;${BOB})(A;;GA;;;WD)`) },
    ];
    for (const requirement of requirements) {
      await expect(PortClient.connect(kernel, name, "secret", requirement)).rejects.toMatchObject({
        status: "SERVER_SID_MISMATCH",
      });
    }
  });
});

describe("service-control and users", () => {
  const endpoint = `users-scd-${process.pid}`;
  const path = join(tmpdir(), `${endpoint}.json`);
  const example = (name: string) =>
    fileURLToPath(new URL(`../../../examples/service-control/dist/${name}.js`, import.meta.url));
  const scctl = (...args: string[]) =>
    new Program(process.execPath, example("scctl"), ...args, "--endpoint", endpoint).outcome();
  let daemon: Program;
  beforeAll(async () => {
    const services = { ticker: { command: [process.execPath, example("services/ticker")] } };
    writeFileSync(path, JSON.stringify({ endpoint, managers: [ALICE], services }));
    daemon = new Program(process.execPath, example("scd"), path);
    await daemon.says("listens on");
  });
  afterAll(async () => {
    await daemon.kill();
    rmSync(path);
  });

  it("lets another user look, and start nothing", async () => {
    expect(await as(BOB, () => scctl("list"))).toMatchObject({ code: 0, stderr: "" });
    const { code, stderr } = await as(BOB, () => scctl("start", "ticker"));
    expect(code).toBe(1);
    expect(stderr).toContain("RPC_S_ACCESS_DENIED");
    expect(stderr).toContain(`${BOB} may not use ServiceControl.start`);
    expect((await scctl("status", "ticker")).stdout).toMatch(/state +STOPPED/);
  });

  it("lets the user start a service who is a manager", async () => {
    expect(await as(ALICE, () => scctl("start", "ticker"))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`asked by +${ALICE}`)),
    });
    expect(await as(ALICE, () => scctl("stop", "ticker"))).toMatchObject({ code: 0 });
  });
});

describe("services and users", () => {
  const endpoint = `users-service-${process.pid}`;
  const binding = `ncalrpc:[${endpoint}]`;
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start({
      endpoint,
      security: `O:${own}G:${own}D:(A;;GA;;;${own})(A;;GA;;;${ALICE})`,
    });
  });
  afterAll(() => server.close());

  it("let in whom the endpoint's descriptor names, and to a method whom that one names", async () => {
    await using alice = await as(ALICE, () => Probe.connect(binding));
    expect(await alice.add(1, 2)).toBe(3);
    expect(await statusOf(alice.privileged())).toBe("RPC_S_ACCESS_DENIED");
    expect(await statusOf(as(BOB, () => Probe.connect(binding)))).toBe("RPC_S_ACCESS_DENIED");
    await using probe = await Probe.connect(binding);
    await probe.privileged();
  });

  it("decide by who connected, with static tracking", async () => {
    await using probe = await Probe.connect(binding);
    await probe.privileged();
    await as(ALICE, () => probe.privileged());
    await using alice = await as(ALICE, () => Probe.connect(binding));
    expect(await statusOf(alice.privileged())).toBe("RPC_S_ACCESS_DENIED");
  });

  it("decide by who calls, with dynamic tracking: every call anew", async () => {
    await using probe = await Probe.connect(binding, { tracking: "dynamic" });
    for (let i = 0; i < 3; i++) {
      await probe.privileged();
      expect(await statusOf(as(ALICE, () => probe.privileged()))).toBe("RPC_S_ACCESS_DENIED");
      expect(await as(ALICE, () => probe.add(i, 1))).toBe(i + 1);
    }
  });

  it("decide by what is left of a token that the caller wears", async () => {
    using copy = ThreadToken.copyOfProcess();
    using restricted = copy.without(wellKnownSids.administrators);
    await using probe = await restricted.wear(() => Probe.connect(binding));
    expect(await probe.add(1, 1)).toBe(2);
    expect(await statusOf(probe.privileged())).toBe("RPC_S_ACCESS_DENIED");
  });
});
