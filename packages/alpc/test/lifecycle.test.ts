import { spawn } from "node:child_process";
import { pbkdf2 } from "node:crypto";
import { lookup } from "node:dns";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConnectionPort, MessageType } from "../src/index.js";
import { createLinuxKernel } from "../src/linux.js";
import { census } from "./census.js";
import { descriptorsClosed } from "./descriptors.js";
import { eventually, message, PortClient } from "./port-client.js";
import { processorTime } from "./processor-time.js";
import { allow, startTestServer } from "./programs/test-server.mjs";
import { program, type ServerProcess, startProgram, stopProgram } from "./server-process.js";

const ROUNDS = Number(process.env["NCALRPC_KILLS"] ?? 5);

describe("the life of ports on Linux", () => {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-life-"));
  const environment = { NCALRPC_DIR: directory };
  let server: ServerProcess;

  beforeAll(async () => {
    server = (await startProgram("port-server.mjs", ["life"], environment)).child;
  });
  afterAll(async () => {
    await stopProgram(server);
    rmSync(directory, { recursive: true });
  });

  /** Runs a step to its natural end. */
  const run = async (step: string): Promise<string[]> => {
    const child = spawn(process.execPath, ["--expose-gc", program("lifecycle.mjs"), step, "life"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    let output = "";
    child.stdout.on("data", (data) => {
      output += String(data);
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
    const [code] = await once(child, "exit");
    clearTimeout(timer);
    expect(code).toBe(0);
    return output.trim().split("\n");
  };

  it("ends: a process with no open port exits", async () => {
    expect(await run("closed")).toEqual(["done"]);
    expect(await run("server")).toEqual(["done"]);
  });

  it("need not keep the process alive", async () => {
    expect(await run("unreferenced")).toEqual(["done"]);
  });

  it("outlasts the garbage collector: an open port keeps its kernel", async () => {
    const lines = await run("collected");
    expect(lines.filter((line) => line !== "done")).toEqual(["collected", "late", "closed"]);
  });

  it("leaves nothing behind in this process", async () => {
    const kernel = createLinuxKernel({ environment });
    const cycle = async () => {
      const { user } = kernel.currentToken();
      const port: ConnectionPort = startTestServer(kernel, "mine", { securityDescriptor: allow(user, user) });
      const clients = await Promise.all([1, 2, 3].map(() => PortClient.connect(kernel, "mine")));
      for (const client of clients) {
        const view = await client.port.allocateView(100_000);
        const answer = await client.call("view", { view });
        answer.view?.release();
        await client.call("x".repeat(60_000));
      }
      clients[0]?.port.close();
      port.close();
      await Promise.all(clients.map(({ closed }) => closed));
    };
    await cycle();
    await descriptorsClosed();
    const before = census(directory);
    for (let i = 0; i < 10; i++) await cycle();
    await eventually(() => {
      const { descriptors, files } = census(directory);
      return JSON.stringify([descriptors, files]) === JSON.stringify([before.descriptors, before.files]);
    });
    expect(before.mappings).toBe(0);
    expect(census().mappings).toBe(0);
  });

  it(
    `leaves nothing behind in a server whose clients are killed (${ROUNDS} rounds)`,
    async () => {
      const kernel = createLinuxKernel({ environment });
      const bystander = await PortClient.connect(kernel, "life");
      const isAlone = async () => {
        const { connects, closed } = await bystander.log();
        return closed.length === connects - 1;
      };
      await eventually(isAlone);
      // By now it is busy enough for a completion list, which is there to stay.
      for (let i = 0; i < 2; i++) await Promise.all(Array.from({ length: 20 }, () => bystander.call("x")));
      const before = census(directory, server.pid);
      let calls = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const victim = spawn(process.execPath, [program("busy-client.mjs"), "life"], {
          stdio: ["ignore", "pipe", "inherit"],
          env: { ...process.env, ...environment },
        });
        await once(victim.stdout, "data");
        for (let i = (round * 7) % 40; i > 0; i--) {
          expect((await bystander.call(`${calls}`)).text).toBe(`${calls++}`);
        }
        victim.kill("SIGKILL");
        await once(victim, "exit");
      }
      await eventually(async () => {
        await bystander.call("x");
        const { descriptors, mappings } = census(directory, server.pid);
        return (
          JSON.stringify([descriptors, mappings]) === JSON.stringify([before.descriptors, before.mappings])
        );
      });
      expect((await bystander.log()).closed.slice(-ROUNDS)).toEqual(Array(ROUNDS).fill("PORT_DISCONNECTED"));
      bystander.port.close();
    },
    20_000 + ROUNDS * 2_000,
  );

  it("tells clients of a server that is killed, after the replies that it had sent", async () => {
    for (let round = 0; round < 5; round++) {
      const { child } = await startProgram("port-server.mjs", ["mortal"], environment);
      const client = await PortClient.connect(createLinuxKernel({ environment }), "mortal");
      const answers = Promise.all(Array.from({ length: 50 }, (_, i) => client.call(`${i}`)));
      const last = await answers;
      expect(last.at(-1)?.text).toBe("49");
      const bytes = message("never");
      client.port.send(MessageType.REQUEST, bytes, bytes.length, 0, 0);
      child.kill("SIGKILL");
      expect(await client.closed).toMatchObject({ status: "PORT_DISCONNECTED" });
    }
  });

  it("does not need libuv's threads", async () => {
    const client = await PortClient.connect(createLinuxKernel({ environment }), "life");
    let isBusy = true;
    const busy = Promise.all(
      Array.from(
        { length: 8 },
        () => new Promise((resolve) => pbkdf2("x", "y", 100_000, 64, "sha512", resolve)),
      ),
    ).then(() => {
      isBusy = false;
    });
    const own = await PortClient.connect(createLinuxKernel({ environment }), "life");
    expect((await client.call("meanwhile")).text).toBe("meanwhile");
    expect((await own.call("connected meanwhile")).text).toBe("connected meanwhile");
    expect(isBusy).toBe(true);
    await busy;
    client.port.close();
    own.port.close();
  });

  it("does not hold up timers and other events while messages flow", async () => {
    const client = await PortClient.connect(createLinuxKernel({ environment }), "life");
    let isOver = false;
    const flow = (async () => {
      while (!isOver) await client.call("x");
    })();
    const delays: number[] = [];
    for (let i = 0; i < 20; i++) {
      const start = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 2));
      delays.push(performance.now() - start);
    }
    await new Promise((resolve) => lookup("127.0.0.1", resolve));
    isOver = true;
    await flow;
    expect(delays.sort((a, b) => a - b)[10]).toBeLessThan(20);
    client.port.close();
  });

  it("costs an idle process nothing", async () => {
    const client = await PortClient.connect(createLinuxKernel({ environment }), "life");
    await client.call("x");
    await expect.poll(() => processorTime(300), { timeout: 3_000 }).toBeLessThan(60);
    client.port.close();
  });
});
