import type { ScenarioName, Settings, Values } from "../scenario.js";
import type { System } from "../system.js";
import { Child } from "./child.js";

/** A server that listens at the path. Absent where the client starts its own. */
export async function startServer(system: System, path: string, timeout: number): Promise<Child | null> {
  if (system.serve === undefined) {
    return null;
  }
  const server = new Child("server", system.name, path);
  try {
    await server.next(timeout);
    return server;
  } catch (error) {
    server[Symbol.dispose]();
    throw error;
  }
}

/** A client that has had its first reply, and the milliseconds from its spawn to that. */
export async function launchClient(
  system: System,
  path: string,
  timeout: number,
): Promise<{ client: Child; elapsed: number }> {
  const start = performance.timeOrigin + performance.now();
  const client = new Child("client", system.name, path);
  try {
    const message = await client.next(timeout);
    if (message.kind !== "connected") {
      throw new Error(`${system.name} client: "${message.kind}" where its first reply was expected`);
    }
    return { client, elapsed: message.at - start };
  } catch (error) {
    client[Symbol.dispose]();
    throw error;
  }
}

/** A server process and a client process that is connected to it. Disposing of it kills both. */
export class Pair implements Disposable {
  readonly #server: Child | null;
  readonly #client: Child;

  private constructor(server: Child | null, client: Child) {
    this.#server = server;
    this.#client = client;
  }

  static async start(system: System, path: string, timeout: number): Promise<Pair> {
    const server = await startServer(system, path, timeout);
    try {
      const { client } = await launchClient(system, path, timeout);
      return new Pair(server, client);
    } catch (error) {
      server?.[Symbol.dispose]();
      throw error;
    }
  }

  async measure(scenario: ScenarioName, settings: Settings): Promise<Values> {
    this.#client.send({ kind: "measure", scenario, settings });
    for (;;) {
      const message = await this.#client.next(settings.timeout);
      if (message.kind === "values") {
        return message.values;
      }
      if (message.kind === "query-status" && this.#server !== null) {
        this.#server.send(message);
        this.#client.send(await this.#server.next(settings.timeout));
      }
    }
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
    this.#server?.[Symbol.dispose]();
  }
}
