import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { runInProcess } from "./run-in-process.js";
import { end, SampleServers } from "./sample-server.js";

const STRANGER = 54_321;
const isRoot = process.getuid?.() === 0;
const uid = process.getuid?.() ?? -1;

let servers: SampleServers;
let pid: number | undefined;

beforeAll(async () => {
  servers = new SampleServers();
  const [sample, , killed] = await Promise.all([
    servers.start("sample"),
    servers.start("open", "D:(A;;GA;;;WD)"),
    servers.start("killed"),
  ]);
  pid = sample.pid;
  await end(killed);
});

afterAll(() => servers[Symbol.asyncDispose]());

function cli(args: readonly string[], uid?: number) {
  return uid === undefined ? runInProcess(args, servers.env) : runCli(args, { env: servers.env, uid });
}

describe("list", () => {
  it("shows owners, the living and the dead, and interfaces by name where it knows them", async () => {
    const { code, stdout, stderr } = await runCli(
      ["list", "--all", "--idl", "sample.idl", "--timeout", "5000"],
      { env: servers.env },
    );
    const lines = stdout.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(lines[0]).toEqual(["ENDPOINT", "OWNER", "SID", "STATE", "INTERFACES"]);
    expect(lines[1]?.slice(2)).toEqual([`S-1-22-1-${uid}`, "dead"]);
    expect(lines.map(([name]) => name)).toEqual(expect.arrayContaining(["killed", "open", "sample"]));
    expect(lines).toContainEqual(["5b1d3c60-7c1e-4d5a-8f43-1f6f0c7d2b10 v2.1", "Sample"]);
    expect(stdout).toContain("afa8bd80-7d8a-11c9-bef4-08002b102989 v1.0  Management");
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("only counts the dead unless it is asked for them", async () => {
    const { code, stdout, stderr } = await cli(["list", "--timeout", "5000"]);
    expect(stdout).not.toMatch(/killed|dead/);
    expect([code, stderr]).toEqual([0, "1 dead endpoint not shown (--all shows them)\n"]);
  });

  it("prints the same as JSON", async () => {
    const { code, stdout } = await cli(["list", "--json", "--timeout", "5000"]);
    expect(JSON.parse(stdout)).toMatchObject({
      endpoints: [
        { name: "killed", isLive: false, interfaces: null, failure: null },
        { name: "open", isLive: true, owner: { sid: `S-1-22-1-${uid}`, uid } },
        {
          name: "sample",
          binding: "ncalrpc:[sample]",
          isLive: true,
          interfaces: expect.arrayContaining([
            { uuid: "5b1d3c60-7c1e-4d5a-8f43-1f6f0c7d2b10", version: "2.1", name: null },
          ]),
        },
      ],
    });
    expect(code).toBe(0);
  });

  it.runIf(isRoot)("says who refuses another user", async () => {
    const { code, stdout } = await cli(["list", "--timeout", "5000"], STRANGER);
    expect(stdout).toMatch(/^sample .* live +refused$/m);
    expect(stdout).toMatch(/^open .* live +afa8bd80-/m);
    expect(code).toBe(0);
  });

  it("does not wait long for a server that hangs", async () => {
    await using others = new SampleServers();
    const hanging = await others.start("hanging");
    hanging.kill("SIGSTOP");
    const { code, stdout } = await runInProcess(["list", "--timeout", "200"], others.env);
    expect(stdout).toMatch(/^hanging .* live +no answer$/m);
    expect(code).toBe(0);
  });

  it("refuses a directory in which anyone may put an endpoint", async () => {
    const unsafe = mkdtempSync(join(tmpdir(), "ncalrpc-unsafe-"));
    chmodSync(unsafe, 0o777);
    const { code, stderr } = await runInProcess(["list"], { NCALRPC_DIR: unsafe });
    rmSync(unsafe, { recursive: true });
    expect(stderr).toContain(`${unsafe} can be written to by others; take that right away: chmod go-w`);
    expect(code).toBe(1);
  });

  it("says that there are none", async () => {
    const empty = mkdtempSync(join(tmpdir(), "ncalrpc-empty-"));
    const { code, stdout, stderr } = await runInProcess(["list"], { NCALRPC_DIR: empty });
    const json = await runInProcess(["list", "--json"], { NCALRPC_DIR: empty });
    rmSync(empty, { recursive: true });
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toMatch(/^no endpoints/);
    expect(JSON.parse(json.stdout)).toEqual({ endpoints: [] });
  });
});

describe("ping", () => {
  it("shows times and who the server is", async () => {
    const { code, stdout, stderr } = await runCli(["ping", "sample"], { env: servers.env });
    expect(stdout).toMatch(
      /^sample: 10 round trips, min [0-9.]+ ms {2}median [0-9.]+ ms {2}max [0-9.]+ ms$/m,
    );
    expect(stdout).toMatch(new RegExp(`^server: .*S-1-22-1-${uid}, process ${pid}$`, "m"));
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("prints the same as JSON, of any number of round trips", async () => {
    const { stdout } = await cli(["ping", "ncalrpc:[sample]", "--count", "200", "--json"]);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ binding: "ncalrpc:[sample]", count: 200, server: { uid, pid } });
    const { min, median, max } = report.milliseconds;
    expect(min).toBeGreaterThan(0);
    expect(median).toBeGreaterThanOrEqual(min);
    expect(max).toBeGreaterThanOrEqual(median);
  });

  it("says that there is no server, and what to do", async () => {
    const { code, stdout, stderr } = await runCli(["ping", "nobody"], { env: servers.env });
    expect(stderr).toContain("error RPC_S_SERVER_UNAVAILABLE (1722): no server listens on the endpoint\n");
    expect(stderr).toContain("  details: the port nobody was not found");
    expect(stderr).toContain("  next: start the server");
    expect([code, stdout]).toEqual([1, ""]);
  });

  it("prints a failure as JSON too", async () => {
    const { code, stdout } = await cli(["ping", "killed", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ error: { status: "RPC_S_SERVER_UNAVAILABLE", number: 1722 } });
    expect(code).toBe(1);
  });

  it.runIf(isRoot)("is refused to another user", async () => {
    const { code, stderr } = await cli(["ping", "sample"], STRANGER);
    expect(stderr).toContain("error RPC_S_ACCESS_DENIED (5)");
    expect(code).toBe(1);
    expect((await cli(["ping", "open"], STRANGER)).code).toBe(0);
  });
});
