import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { parseConfig } from "../src/config.js";
import { ServiceState } from "../src/gen/service-control.js";
import type { Service } from "../src/service.js";
import { Supervisor } from "../src/supervisor.js";

const requester = { user: "S-1-22-1-7", pid: 77 };
const started: Supervisor[] = [];

/** Services that run JavaScript text. */
function supervise(services: Record<string, { code: string } & Record<string, unknown>>): Supervisor {
  const entries = Object.entries(services).map(([name, { code, ...rest }]) => [
    name,
    { command: [process.execPath, "-e", code], ...rest },
  ]);
  const config = parseConfig(JSON.stringify({ services: Object.fromEntries(entries) }), "/services.json");
  const supervisor = new Supervisor(config.services);
  started.push(supervisor);
  return supervisor;
}

async function until(service: Service, state: ServiceState): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  while (service.status.state !== state) {
    await service.untilChanged(service.status.revision, signal);
  }
}

/** False for a process that has ended, also while nobody has collected its exit code yet. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

const text = (service: Service) => service.log.read(0, 1 << 20).data.toString();
const written = (service: Service, octets: number) =>
  service.untilWritten(octets - 1, AbortSignal.timeout(10_000));

afterEach(async () => {
  await Promise.all(started.splice(0).map((supervisor) => supervisor.stopAll()));
});

describe("a service", () => {
  it("starts, writes to its log and stops at SIGTERM", async () => {
    const service = supervise({
      a: { code: "console.log('hi'); console.error('there'); setInterval(() => {}, 1e6)" },
    }).get("a");
    await service.start(requester);
    const { pid } = service.status;
    expect(service.status).toMatchObject({
      state: ServiceState.RUNNING,
      requester: "S-1-22-1-7",
      requesterPid: 77,
    });
    expect(isAlive(pid)).toBe(true);
    await written(service, 9);
    expect(text(service).split("\n").sort()).toEqual(["", "hi", "there"]);
    await service.stop(requester);
    expect(service.status).toMatchObject({
      state: ServiceState.STOPPED,
      pid: 0,
      exitCode: -1,
      exitSignal: 15,
    });
    expect(isAlive(pid)).toBe(false);
  });

  it("is killed after its grace if it ignores SIGTERM", async () => {
    const code = "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1e6)";
    const service = supervise({ a: { code, stopGrace: 100 } }).get("a");
    await service.start(requester);
    await written(service, 3);
    const before = performance.now();
    await service.stop(requester);
    expect(performance.now() - before).toBeGreaterThan(90);
    expect(service.status).toMatchObject({ state: ServiceState.STOPPED, exitSignal: 9 });
  });

  it("takes its descendants along, and does not wait for output that they keep open", async () => {
    const inner = "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1e6)";
    const code = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(inner)}], { stdio: "inherit" });
      setInterval(() => {}, 1e6)`;
    const service = supervise({ a: { code } }).get("a");
    await service.start(requester);
    await written(service, 2);
    const inherited = Number(text(service));
    expect(isAlive(inherited)).toBe(true);
    await service.stop(requester);
    await expect.poll(() => isAlive(inherited)).toBe(false);
  });

  it("restarts after crashes until its limit, then has failed, and can be started again", async () => {
    const service = supervise({ a: { code: "process.exit(9)", restart: { limit: 2, delay: 5 } } }).get("a");
    for (let round = 0; round < 2; round++) {
      await service.start(requester);
      await until(service, ServiceState.FAILED);
      expect(service.status).toMatchObject({ restarts: 2, exitCode: 9, pid: 0 });
    }
  });

  it("does not restart what ended well", async () => {
    const service = supervise({ a: { code: "console.log('done')", restart: { delay: 0 } } }).get("a");
    await service.start(requester);
    await until(service, ServiceState.STOPPED);
    expect(service.status).toMatchObject({ restarts: 0, exitCode: 0 });
    expect(text(service)).toBe("done\n");
  });

  it("can be stopped while it waits for its restart", async () => {
    const service = supervise({
      a: { code: "process.exit(1)", restart: { delay: 60_000, maxDelay: 60_000 } },
    }).get("a");
    await service.start(requester);
    await until(service, ServiceState.STARTING);
    await service.stop(requester);
    expect(service.status.state).toBe(ServiceState.STOPPED);
  });

  it("fails, and says why in its log, if its program is not there", async () => {
    const { services } = parseConfig('{"services":{"a":{"command":["/no/such/program"]}}}', "/services.json");
    const supervisor = new Supervisor(services);
    const service = supervisor.get("a");
    await service.start(requester);
    expect(service.status.state).toBe(ServiceState.FAILED);
    expect(text(service)).toContain("cannot start a: spawn /no/such/program ENOENT");
  });

  it("carries commands out in the order in which they came", async () => {
    const service = supervise({ a: { code: "setInterval(() => {}, 1e6)" } }).get("a");
    const states: ServiceState[] = [];
    const note = () => states.push(service.status.state);
    await Promise.all([
      service.start(requester).then(note),
      service.start(requester).then(note),
      service.stop(requester).then(note),
      service.restart(requester).then(note),
    ]);
    const { RUNNING, STOPPED } = ServiceState;
    expect(states.slice(1)).toEqual([RUNNING, STOPPED, RUNNING]);
  });

  it("keeps no more of its log than it is told to", async () => {
    const code = "process.stdout.write('x'.repeat(100000) + 'end')";
    const service = supervise({ a: { code, logSize: 4_096 } }).get("a");
    await service.start(requester);
    await until(service, ServiceState.STOPPED);
    expect(service.status.logEnd).toBe(100_003n);
    expect(text(service)).toBe(`${"x".repeat(4_093)}end`);
  });
});

describe("a service that is held", () => {
  it("can be removed, but goes when the last holder has let go", async () => {
    const supervisor = supervise({ a: { code: "setInterval(() => {}, 1e6)" }, b: { code: "" } });
    await supervisor.get("a").start(requester);
    const [first, second] = [supervisor.hold("a"), supervisor.hold("a")];
    const service = await supervisor.remove("a", requester);
    expect(service.status).toMatchObject({ state: ServiceState.STOPPED, holders: 2, isRemoved: true });
    await expect(service.start(requester)).rejects.toMatchObject({ status: "RPC_S_INVALID_ARG" });
    expect(() => supervisor.hold("a")).toThrow('service "a" is removed');
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    expect(supervisor.get("a").holders).toBe(1);
    second[Symbol.dispose]();
    expect(() => supervisor.get("a")).toThrow('there is no service "a"; there are: b');
  });

  it("tells who waits that the waiting has an end", async () => {
    const supervisor = supervise({ a: { code: "" } });
    const service = supervisor.get("a");
    const waits = [
      service.untilChanged(service.status.revision, AbortSignal.timeout(10_000)),
      service.untilWritten(0, AbortSignal.timeout(10_000)),
    ];
    supervisor.endWaits(new Error("closing"));
    for (const wait of waits) {
      await expect(wait).rejects.toThrow("closing");
    }
  });
});
