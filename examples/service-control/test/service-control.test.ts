import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  MAX_LOG_READ,
  ServiceControl,
  type ServiceControlClient,
  ServiceState,
} from "../src/gen/service-control.js";
import { chatterText } from "../src/services/chatter-text.js";
import { canBecome } from "../src/tour/can-become.js";
import { PortDirectory, Program, program, scctl, scctlAs } from "./processes.js";

const MiB = 1024 * 1024;
const BINDING = "ncalrpc:[service-control]";
const options = { timeout: 15_000 };
/** A member of the administrators' group of the configuration below, and somebody who is not. */
const ADMINISTRATOR = 65_533;
const STRANGER = 65_532;

const command = (name: string) => [process.execPath, program(`services/${name}`)];
const config = {
  administrators: [ADMINISTRATOR],
  services: {
    chatter: { command: command("chatter"), environment: { MEGABYTES: "12" }, logSize: 10 * MiB },
    crasher: { command: command("crasher"), restart: { limit: 1, delay: 10 } },
    silent: { command: command("ticker") },
    spare: { command: command("ticker") },
    ticker: { command: command("ticker"), environment: { TICK: "20" }, autoStart: true },
  },
};

let directory: PortDirectory;
let daemon: Program;
let client: ServiceControlClient;

beforeAll(async () => {
  directory = new PortDirectory();
  daemon = new Program("scd", directory.write("services.json", config));
  await daemon.says("listens on ncalrpc:[service-control]");
  client = await ServiceControl.connect(BINDING);
});

afterAll(async () => {
  await client?.close();
  await daemon?.end();
  directory?.[Symbol.dispose]();
});

describe("scctl", () => {
  it("lists the services in columns", async () => {
    const { code, stdout } = await scctl("list");
    expect(code).toBe(0);
    expect(stdout.split("\n").map((line) => line.split(/ +/).slice(0, 2).join(" "))).toEqual([
      "NAME STATE",
      "chatter STOPPED",
      "crasher STOPPED",
      "silent STOPPED",
      "spare STOPPED",
      "ticker RUNNING",
      "",
    ]);
  });

  it("starts, restarts and stops a service, and says who asked", async () => {
    const started = await scctl("start", "spare");
    expect(started).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/state +RUNNING\nprocess +[1-9]/),
    });
    const restarted = await scctl("restart", "spare");
    expect(restarted).toMatchObject({ code: 0, stdout: expect.stringMatching(/state +RUNNING/) });
    const stopped = await scctl("stop", "spare");
    expect(stopped).toMatchObject({ code: 0, stdout: expect.stringMatching(/state +STOPPED/) });
    const { stdout } = await scctl("status", "spare");
    expect(stdout).toMatch(new RegExp(`asked by +S-1-22-1-${process.getuid?.()} in process [0-9]+`));
    expect(stdout).toMatch(/last exit +signal 15/);
  });

  it("prints a log, all of it, its end, or what is added", async () => {
    const log = await scctl("log", "ticker");
    expect(log.stdout).toMatch(/^tick 1\ntick 2\n/);
    const end = await scctl("log", "ticker", "--bytes", "5");
    expect(end.stdout.length).toBeGreaterThanOrEqual(5);
    const follower = new Program("scctl", "log", "ticker", "--follow", "--bytes", "1");
    await follower.says("\ntick ");
    await follower.end("SIGKILL");
  });

  it("takes no offence at a reader that has had enough", async () => {
    const printer = new Program("scctl", "log", "ticker", "--follow");
    await printer.says("tick");
    printer.process.stdout?.destroy();
    expect(await printer.outcome()).toMatchObject({ code: 0, stderr: "" });
  });

  it("watches a service change", async () => {
    const watcher = new Program("scctl", "watch", "crasher");
    await watcher.says("crasher STOPPED");
    await client.start("crasher", options);
    await watcher.says("crasher FAILED, 1 restart");
    await watcher.end("SIGKILL");
  });

  it("exits with 1 and says why if the manager refuses or is not there", async () => {
    expect(await scctl("status", "nothing")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'there is no service "nothing"; there are: chatter, crasher, silent, spare, ticker',
      ),
    });
    expect(await scctl("list", "--endpoint", "nowhere")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/RPC_S_SERVER_UNAVAILABLE[\s\S]*is scd running\?/),
    });
  });

  it("exits with 2 if it is used wrongly, and explains itself", async () => {
    expect(await scctl("launch")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("unknown command"),
    });
    expect(await scctl("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("usage: scctl") });
  });
});

describe("scd", () => {
  it("exits with 1 and the field's path for a bad configuration, with 2 if it is used wrongly", async () => {
    const bad = directory.write("bad.json", { services: { a: { command: ["x"], stopGrace: -1 } } });
    const refused = await new Program("scd", bad).outcome();
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("services.a.stopGrace: ") });
    const none = directory.write("none.json", { administrators: ["no-such-group"], services: {} });
    expect(await new Program("scd", none).outcome()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('this machine has no group "no-such-group"'),
    });
    expect(await new Program("scd").outcome()).toMatchObject({ code: 2 });
  });

  it("tells who waits that it is shutting down", async () => {
    const services = { ticker: { command: command("ticker"), autoStart: true } };
    const other = new Program("scd", directory.write("other.json", { endpoint: "other", services }));
    await other.says("listens on ncalrpc:[other]");
    const watcher = new Program("scctl", "watch", "ticker", "--endpoint", "other");
    await watcher.says("ticker RUNNING");
    expect(await other.end()).toMatchObject({ code: 0, stderr: "" });
    const { code, stderr } = await watcher.outcome();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^scctl: RPC_S_CALL_CANCELLED.*shutting down\n$/);
  });

  it("does not take an endpoint away from another one", async () => {
    const second = await new Program("scd", directory.write("second.json", { services: {} })).outcome();
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining("RPC_S_DUPLICATE_ENDPOINT") });
  });
});

describe("a log of megabytes", () => {
  it("arrives octet by octet, from any offset, without what was dropped", async () => {
    const expected = Buffer.from(chatterText(12 * MiB));
    const { service } = await client.openService("chatter", options);
    await using _held = service;
    await client.start("chatter", options);
    await client.readLog(service, BigInt(12 * MiB - 1), 1, true, options);
    const whole = await client.readLog(service, 0n, MAX_LOG_READ, false, options);
    expect(whole.start).toBe(BigInt(2 * MiB));
    expect(Buffer.compare(whole.data, expected.subarray(2 * MiB))).toBe(0);
    for (const [offset, maximum] of [
      [5 * MiB + 77, 3 * MiB],
      [9 * MiB + 1, 5 * MiB],
      [12 * MiB - 5, 100],
      [12 * MiB, 100],
    ] as const) {
      const { start, data } = await client.readLog(service, BigInt(offset), maximum, false, options);
      expect(start).toBe(BigInt(offset));
      expect(Buffer.compare(data, expected.subarray(offset, offset + maximum))).toBe(0);
    }
  });

  it("is refused in larger pieces than the interface allows, before anything is sent", async () => {
    const { service } = await client.openService("chatter", options);
    await using _held = service;
    await expect(client.readLog(service, 0n, MAX_LOG_READ + 1, false, options)).rejects.toThrow(
      "RPC_X_BAD_STUB_DATA",
    );
  });

  it("can be waited for, until the caller gives up", async () => {
    const { service } = await client.openService("silent", options);
    await using _held = service;
    for (const offset of [1n << 40n, -(1n << 40n)]) {
      const waiting = client.readLog(service, offset, 1, true, { timeout: 50 });
      await expect(waiting).rejects.toMatchObject({ status: "RPC_S_TIMEOUT" });
    }
  });
});

describe("a service held by a client that is killed", () => {
  it("is let go, and goes if it was removed", async () => {
    const holder = new Program("scctl", "hold", "spare");
    await holder.says("spare is held");
    const { service } = await client.openService("spare", options);
    const { status } = await client.remove("spare", options);
    expect(status).toMatchObject({ isRemoved: true, holders: 2 });
    const changed = client.waitForChange(service, status.revision, options);
    await holder.end("SIGKILL");
    expect((await changed).status.holders).toBe(1);
    await expect(client.start("spare", options)).rejects.toThrow('service "spare" is removed');
    await service.close();
    await expect(client.query("spare", options)).rejects.toMatchObject({ status: "RPC_S_INVALID_ARG" });
  });
});

describe.runIf(canBecome(STRANGER))("users", () => {
  it("who are strangers may query, but not start, stop, remove or read logs", async () => {
    expect(await scctlAs(STRANGER, "status", "ticker")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("RUNNING"),
    });
    for (const verb of ["start", "stop", "restart", "remove"]) {
      const { code, stderr } = await scctlAs(STRANGER, verb, "ticker");
      expect(code).toBe(1);
      expect(stderr).toContain("RPC_S_ACCESS_DENIED");
      expect(stderr).toContain(`S-1-22-1-${STRANGER} may not use ServiceControl.${verb}`);
    }
    expect(await scctlAs(STRANGER, "log", "ticker")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("ServiceControl.readLog"),
    });
    const { status } = await client.query("ticker", options);
    expect(status).toMatchObject({ state: ServiceState.RUNNING, isRemoved: false });
    expect(daemon.stderr).toMatch(/scd: denied process \d+: S-1-22-1-65532 may not use ServiceControl\.stop/);
  });

  it("of an administrators' group may do it all", async () => {
    expect(await scctlAs(ADMINISTRATOR, "restart", "ticker")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`S-1-22-1-${ADMINISTRATOR} in process`),
    });
    expect((await scctlAs(ADMINISTRATOR, "log", "ticker")).code).toBe(0);
  });
});
