import type { Values } from "../scenario.js";
import type { PairedSystem, Status, StatusQuery } from "../system.js";
import type { Task } from "../tasks/task.js";
import { Child } from "./child.js";

/** A client process that has had its first reply. */
export class ClientProcess implements Disposable {
  readonly #child: Child;
  readonly #timeout: number;
  /** Milliseconds from the process's start to its first reply. */
  readonly launchTime: number;

  private constructor(child: Child, timeout: number, launchTime: number) {
    this.#child = child;
    this.#timeout = timeout;
    this.launchTime = launchTime;
  }

  static async launch(system: PairedSystem, path: string, timeout: number): Promise<ClientProcess> {
    const start = performance.timeOrigin + performance.now();
    const child = new Child("client", system.name, path);
    try {
      const { at } = await child.expect("connected", timeout);
      return new ClientProcess(child, timeout, at - start);
    } catch (error) {
      child[Symbol.dispose]();
      throw error;
    }
  }

  /** Rejects when the task fails or takes too long. */
  async perform(task: Task): Promise<Values> {
    this.#child.send({ kind: "perform", task });
    return (await this.#child.expect("values", this.#timeout)).values;
  }

  async status(query: StatusQuery, of: "self" | "server" = "self"): Promise<Status> {
    this.#child.send({ kind: "query-status", of, query });
    return (await this.#child.expect("status", this.#timeout)).status;
  }

  [Symbol.dispose](): void {
    this.#child[Symbol.dispose]();
  }
}

/** A server process and the clients that are connected to it. Disposing of it kills all of them. */
export class Stage implements Disposable {
  readonly system: PairedSystem;
  readonly #path: string;
  readonly #timeout: number;
  readonly #server: Child | null;
  readonly #clients: ClientProcess[] = [];
  /** Milliseconds from the server process's start to its listening; NaN where a client starts the server. */
  readonly serverLaunchTime: number;

  private constructor(
    system: PairedSystem,
    path: string,
    timeout: number,
    server: Child | null,
    launchTime: number,
  ) {
    this.system = system;
    this.#path = path;
    this.#timeout = timeout;
    this.#server = server;
    this.serverLaunchTime = launchTime;
  }

  /** `timeout` (milliseconds) holds for each start, connect and task. */
  static async start(system: PairedSystem, path: string, clients: number, timeout: number): Promise<Stage> {
    const before = performance.now();
    const server = system.serve === undefined ? null : new Child("server", system.name, path);
    let stage: Stage | null = null;
    try {
      await server?.expect("listening", timeout);
      const launchTime = server === null ? Number.NaN : performance.now() - before;
      stage = new Stage(system, path, timeout, server, launchTime);
      const launches = Array.from({ length: clients }, stage.launchClient, stage);
      for (const launch of await Promise.allSettled(launches)) {
        if (launch.status === "fulfilled") {
          stage.#clients.push(launch.value);
        }
      }
      await Promise.all(launches);
      return stage;
    } catch (error) {
      (stage ?? server)?.[Symbol.dispose]();
      throw error;
    }
  }

  get clients(): readonly ClientProcess[] {
    return this.#clients;
  }

  /** The client that a scenario with one client has. */
  get client(): ClientProcess {
    const [client] = this.#clients;
    if (client === undefined) {
      throw new Error("this scenario has no client");
    }
    return client;
  }

  async serverStatus(query: StatusQuery): Promise<Status> {
    if (this.#server === null) {
      return await this.client.status(query, "server");
    }
    this.#server.send({ kind: "query-status", of: "self", query });
    return (await this.#server.expect("status", this.#timeout)).status;
  }

  /** One more client, which the caller disposes of. */
  async launchClient(): Promise<ClientProcess> {
    return await ClientProcess.launch(this.system, this.#path, this.#timeout);
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) {
      client[Symbol.dispose]();
    }
    this.#server?.[Symbol.dispose]();
  }
}
