import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLinuxKernel } from "../src/linux.js";
import { eventually, PortClient } from "./port-client.js";
import { type ServerProcess, startProgram, stopProgram } from "./server-process.js";

const ROOT = "S-1-22-1-0";
const ALICE = "S-1-22-1-1000";
const EVERYONE = "S-1-1-0";

/** Runs a program as another user. */
const as = (uid: number, groups = "--clear-groups") => [
  "setpriv",
  `--reuid=${uid}`,
  `--regid=${uid}`,
  groups,
];

/** These become other users, which only root can. */
describe.runIf(process.getuid?.() === 0)("identity", () => {
  let directory: string;
  let environment: { readonly NCALRPC_DIR: string };
  let programs: ServerProcess[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "ncalrpc-identity-"));
    chmodSync(directory, 0o755);
    environment = { NCALRPC_DIR: directory };
    programs = [];
  });
  afterEach(async () => {
    await Promise.all(programs.reverse().map(stopProgram));
    rmSync(directory, { recursive: true });
  });

  const serve = async (options: object = {}, wrapper: readonly string[] = []) => {
    const { child } = await startProgram(
      "port-server.mjs",
      ["server", JSON.stringify(options)],
      environment,
      wrapper,
    );
    programs.push(child);
  };

  /** A client in a process of its own; `command` answers a line for a line. */
  const connect = async (attributes: object = {}, wrapper: readonly string[] = []) => {
    const args = ["server", JSON.stringify(attributes)];
    const { child, line } = await startProgram("identity-client.mjs", args, environment, wrapper);
    programs.push(child);
    return {
      outcome: line.trim(),
      pid: child.pid,
      command: async (text: string): Promise<string> => {
        const answer = once(child.stdout, "data");
        child.stdin.write(`${text}\n`);
        return String((await answer)[0]).trim();
      },
    };
  };

  /** What the server has seen, asked by root. */
  const log = async () => {
    const witness = await PortClient.connect(createLinuxKernel({ environment }), "server");
    try {
      return await witness.log();
    } finally {
      witness.port.close();
    }
  };

  describe("at connect", () => {
    it("refuses another user by the socket's mode if the descriptor names only the owner", async () => {
      await serve();
      expect((await connect({}, as(1000))).outcome).toBe("ACCESS_DENIED");
      expect((await connect()).outcome).toBe("connected");
    });

    it("refuses whom the descriptor does not name, before the handler sees anything", async () => {
      await serve({ admit: [ALICE] });
      expect((await connect({}, as(1001))).outcome).toBe("ACCESS_DENIED");
      expect(await log()).toMatchObject({ connects: 1, refused: ["ACCESS_DENIED"] });
      const alice = await connect({}, as(1000));
      expect(alice.outcome).toBe("connected");
      expect(JSON.parse(await alice.command("token"))).toEqual({ user: ALICE, pid: alice.pid });
    });

    it("knows supplementary groups", async () => {
      await serve({ admit: ["S-1-22-2-2000"] });
      expect((await connect({}, as(1000, "--groups=2001"))).outcome).toBe("ACCESS_DENIED");
      expect((await connect({}, as(1000, "--groups=2001,2000"))).outcome).toBe("connected");
    });

    it("asks for both identities where effective and real uid differ", async () => {
      await serve({ admit: [ALICE] });
      const both = await connect({ seteuid: 1000 });
      expect(both.outcome).toBe("connected");
      expect(JSON.parse(await both.command("token"))).toMatchObject({ user: ALICE });
      expect(JSON.parse(await both.command("restricted"))).toContain(ROOT);
      expect((await connect({ seteuid: 1001 })).outcome).toBe("ACCESS_DENIED");
    });

    it("knows nobody from outside of its user and pid namespaces", async () => {
      await serve({ admit: [EVERYONE] }, ["unshare", "--user", "--map-root-user", "--pid", "--fork"]);
      expect((await connect({}, as(1000))).outcome).toBe("ACCESS_DENIED");
    });
  });

  describe("of each message", () => {
    it("closes a static connection whose process changes its uid", async () => {
      await serve();
      const client = await connect();
      expect(JSON.parse(await client.command("token"))).toEqual({ user: ROOT, pid: client.pid });
      expect(await client.command("setuid 1000")).toBe("changed");
      expect(await client.command("token")).toBe("closed ACCESS_DENIED");
      expect((await log()).closed).toEqual(["ACCESS_DENIED"]);
    });

    it("makes a new, restricted token on a dynamic connection", async () => {
      await serve();
      const client = await connect({ tracking: "dynamic" });
      expect(JSON.parse(await client.command("restricted"))).toBeNull();
      await client.command("setuid 1000");
      expect(JSON.parse(await client.command("restricted"))).toContain(ALICE);
      expect(JSON.parse(await client.command("token"))).toEqual({ user: ROOT, pid: client.pid });
    });

    it("refuses a child on an inherited descriptor", async () => {
      await serve();
      const client = await connect();
      await client.command("child");
      await eventually(async () => (await log()).closed.includes("ACCESS_DENIED"));
      expect((await log()).datagrams).toEqual([]);
      expect(await client.command("token")).toBe("closed before");
    });

    it("takes a child of the same user if the client declared it", async () => {
      await serve();
      const client = await connect({ delegate: true });
      const answer = await client.command("child");
      expect(await log()).toMatchObject({
        datagrams: ["from a child"],
        senders: [{ user: ROOT, pid: Number(answer.replace("sent by ", "")) }],
      });
      expect(JSON.parse(await client.command("token"))).toEqual({ user: ROOT, pid: client.pid });
    });

    it.each(["static", "dynamic"])(
      "refuses a child of another user, declared or not (%s)",
      async (tracking) => {
        await serve();
        const client = await connect({ delegate: true, tracking });
        await client.command("child 1000");
        await eventually(async () => (await log()).closed.includes("ACCESS_DENIED"));
        expect((await log()).datagrams).toEqual([]);
      },
    );
  });

  describe("of the server", () => {
    it("is checked before a byte is sent", async () => {
      chmodSync(directory, 0o755);
      rmSync(directory, { recursive: true });
      directory = mkdtempSync(join(tmpdir(), "ncalrpc-identity-"));
      chmodSync(directory, 0o777);
      const path = join(directory, "impostor");
      const { child } = await startProgram(
        "port-server.mjs",
        [path, JSON.stringify({ admit: [EVERYONE] })],
        {},
        as(1000),
      );
      programs.push(child);
      const kernel = createLinuxKernel({ environment });
      const { user } = kernel.currentToken();
      await expect(
        PortClient.connect(kernel, path, "secret", { requiredServerSid: user }),
      ).rejects.toMatchObject({
        status: "SERVER_SID_MISMATCH",
      });
      const open = await PortClient.connect(kernel, path);
      expect(open.port.token.user.toString()).toBe(ALICE);
      expect((await open.log()).connects).toBe(1);
      open.port.close();
    });

    it("is not what it was at listen once it has changed its uid", async () => {
      await serve({ dropTo: 1000 });
      const kernel = createLinuxKernel({ environment });
      const { user } = kernel.currentToken();
      await expect(
        PortClient.connect(kernel, "server", "", { requiredServerSid: user }),
      ).rejects.toMatchObject({
        status: "SERVER_SID_MISMATCH",
      });
      const client = await PortClient.connect(kernel, "server");
      expect(client.port.token.restrictedSids?.map(String)).toContain(ALICE);
      client.port.close();
    });
  });
});
