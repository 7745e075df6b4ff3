import { setTimeout as delay } from "node:timers/promises";
import { RpcError, type RpcServer, type ServerCall } from "@ncalrpc/runtime";
import { OtherProbe } from "./gen/other-probe.js";
import { Probe, type ProbeHandlers } from "./gen/probe.js";

class Counter {
  readonly id: number;
  value: number;

  constructor(id: number, start: number) {
    this.id = id;
    this.value = start;
  }
}

/** Told of each addition, and of each counter that is opened, closed or run down: `add 7`, `open 3`, `rundown 3`. */
export type Journal = (line: string) => void;

/** Registers both probe interfaces. `privileged` is for administrators, the rest for whoever may connect. */
export function registerProbes(server: RpcServer, journal: Journal = () => {}): void {
  server.register(Probe, new ProbeService(server, journal), {
    methods: { privileged: "D:(A;;GX;;;BA)" },
    validateResults: false,
  });
  server.register(OtherProbe, {
    openOther: () => ({ other: { value: 7 } }),
    useOther: (other) => ("value" in other && typeof other.value === "number" ? other.value : -1),
  });
}

class ProbeService implements ProbeHandlers {
  readonly #server: RpcServer;
  readonly #journal: Journal;
  #lastCounter = 0;
  #open = 0;
  #runDown = 0;
  #sleeping = 0;

  constructor(server: RpcServer, journal: Journal) {
    this.#server = server;
    this.#journal = journal;
  }

  echo(text: string) {
    return { reply: text };
  }

  add(a: number, b: number) {
    this.#journal(`add ${a}`);
    return (a + b) | 0;
  }

  records(records: Parameters<ProbeHandlers["records"]>[0]) {
    return { reply: records };
  }

  upload(data: Uint8Array) {
    return { received: data.length, sum: sumOf(data) };
  }

  download(length: number, seed: number) {
    return { data: makeOctets(length, seed) };
  }

  async sleep(milliseconds: number, call: ServerCall) {
    this.#sleeping++;
    try {
      await delay(milliseconds, undefined, { signal: call.signal });
      return { wasCancelled: false };
    } catch {
      return { wasCancelled: true };
    } finally {
      this.#sleeping--;
    }
  }

  fail(kind: number): { result: number } | Promise<{ result: number }> {
    switch (kind) {
      case 0:
        throw new RpcError("RPC_S_INVALID_ARG", { details: "kind 0 is never right" });
      case 1:
        throw new Error("a secret of the server");
      case 2:
        return Promise.reject(new Error("a secret of the server"));
      case 3:
        throw "not even an error";
      case 4:
        return { result: -1 };
      case 5:
        return Promise.resolve({ result: -1 });
      default:
        return { result: kind };
    }
  }

  whoAmI(call: ServerCall) {
    const { user, pid, modifiedId } = call.caller;
    return { user: user.toString(), pid, tokenId: modifiedId, object: call.objectUuid };
  }

  privileged() {}

  openCounter(start: number) {
    this.#open++;
    const id = ++this.#lastCounter;
    this.#journal(`open ${id}`);
    const counter = Object.assign(new Counter(id, start), {
      [Symbol.dispose]: () => {
        this.#open--;
        this.#runDown++;
        this.#journal(`rundown ${id}`);
      },
    });
    return { counter };
  }

  increment(counter: Counter, by: number) {
    counter.value += by;
    return counter.value;
  }

  closeCounter(counter: Counter) {
    this.#open--;
    this.#journal(`close ${counter.id}`);
    return { counter: null };
  }

  census() {
    return {
      open: this.#open,
      runDown: this.#runDown,
      sleeping: this.#sleeping,
      connections: this.#server.connectionCount,
    };
  }
}

export function sumOf(data: Uint8Array): number {
  let sum = 0;
  for (const octet of data) {
    sum = (sum + octet) >>> 0;
  }
  return sum;
}

/** The octets that the probe's download answers with. */
export function makeOctets(length: number, seed: number): Uint8Array {
  const data = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    data[i] = i * 7 + seed;
  }
  return data;
}
