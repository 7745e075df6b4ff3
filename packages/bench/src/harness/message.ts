import type { Values } from "../scenario.js";
import type { Status, StatusQuery } from "../system.js";
import type { Task } from "../tasks/task.js";

/** What the harness and its children tell each other, by Node's child_process IPC. */
export type Message =
  // From a server.
  | { readonly kind: "listening" }
  // From a client: the first reply came at this time (milliseconds since the epoch).
  | { readonly kind: "connected"; readonly at: number }
  // Harness to client, and its answer.
  | { readonly kind: "perform"; readonly task: Task }
  | { readonly kind: "values"; readonly values: Values }
  // Harness to any child, and its answer. `of` is the server where the client started it.
  | { readonly kind: "query-status"; readonly of: "self" | "server"; readonly query: StatusQuery }
  | { readonly kind: "status"; readonly status: Status }
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

/** Tells the harness the answer that the work gives, or how it failed. */
export async function answerHarness(work: () => Message | Promise<Message>): Promise<void> {
  let answer: Message;
  try {
    answer = await work();
  } catch (error) {
    answer = { kind: "failed", message: describeError(error) };
  }
  await tellHarness(answer);
}

export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
