import type { ScenarioName, Settings, Values } from "../scenario.js";
import type { ServerStatus } from "../system.js";

/** What the harness and its two children tell each other, by Node's child_process IPC. */
export type Message =
  // From a server.
  | { readonly kind: "listening" }
  // From a client: the first reply came at this time (milliseconds since the epoch).
  | { readonly kind: "connected"; readonly at: number }
  // Harness to client, and its answer.
  | { readonly kind: "measure"; readonly scenario: ScenarioName; readonly settings: Settings }
  | { readonly kind: "values"; readonly values: Values }
  // Client to harness to server, and the way back.
  | { readonly kind: "query-status"; readonly collect: boolean }
  | { readonly kind: "status"; readonly status: ServerStatus }
  // From any child, instead of its answer.
  | { readonly kind: "failed"; readonly message: string };

/** Both ends are this program, so the kind is the only thing looked at. */
export function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string";
}

/** From a child to the harness. Resolves when the message is on its way. */
export function tellHarness(message: Message): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) {
      reject(new Error("not started by the harness"));
      return;
    }
    process.send(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}

export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
