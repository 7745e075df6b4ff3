import { type ChildProcess, fork } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { isMessage, type Message } from "./message.js";

const STDERR_KEPT = 2_000;

const running = new Set<ChildProcess>();

/** Kills every child that is left. To be called when the harness ends, in whatever way. */
export function killChildren(): void {
  for (const child of running) {
    child.kill("SIGKILL");
  }
}

/** A server or client process of the harness. Disposing of it kills it. */
export class Child implements Disposable {
  readonly #process: ChildProcess;
  readonly #label: string;
  readonly #received: Message[] = [];
  #waiting: { resolve(message: Message): void; reject(error: Error): void } | null = null;
  #ended: Error | null = null;
  #stderr = "";

  /** Serves or connects to `system` at the socket path. */
  constructor(role: "server" | "client", system: string, path: string) {
    this.#label = `${system} ${role}`;
    const child = fork(fileURLToPath(new URL(`./${role}-process.js`, import.meta.url)), [system, path], {
      // Our own endpoints lie beside the sockets of the others.
      env: { ...process.env, NCALRPC_DIR: dirname(path) },
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#process = child;
    running.add(child);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    child.on("message", (value) => {
      if (isMessage(value)) {
        this.#take(value);
      }
    });
    child.on("error", (error) => this.#end(error.message));
    // Not "exit": by then the last of its stderr has been read.
    child.on("close", (code, signal) => this.#end(`ended with ${signal ?? `exit code ${code}`}`));
  }

  send(message: Message): void {
    if (this.#process.connected) {
      this.#process.send(message, () => {});
    }
  }

  /**
   * The next message, which shall be of this kind. Rejects when the child reports a failure, ends, or takes longer than
   * `timeout` milliseconds.
   */
  async expect<Kind extends Message["kind"]>(
    kind: Kind,
    timeout: number,
  ): Promise<Extract<Message, { kind: Kind }>> {
    const message = this.#received.shift() ?? (await this.#arrival(timeout));
    if (message.kind === "failed") {
      throw new Error(`${this.#label}: ${message.message}`);
    }
    if (!isOfKind(message, kind)) {
      throw new Error(`${this.#label}: "${message.kind}" where "${kind}" was expected`);
    }
    return message;
  }

  [Symbol.dispose](): void {
    this.#process.kill("SIGKILL");
  }

  async #arrival(timeout: number): Promise<Message> {
    if (this.#ended !== null) {
      throw this.#ended;
    }
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Message>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        timer = setTimeout(() => reject(new Error(`${this.#label}: no answer in ${timeout} ms`)), timeout);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting = null;
    }
  }

  #take(message: Message): void {
    if (this.#waiting === null) {
      this.#received.push(message);
    } else {
      this.#waiting.resolve(message);
    }
  }

  #end(reason: string): void {
    running.delete(this.#process);
    const stderr = this.#stderr.trim();
    this.#ended ??= new Error(`${this.#label}: ${reason}${stderr === "" ? "" : `, saying: ${stderr}`}`);
    this.#waiting?.reject(this.#ended);
  }
}

function isOfKind<Kind extends Message["kind"]>(
  message: Message,
  kind: Kind,
): message is Extract<Message, { kind: Kind }> {
  return message.kind === kind;
}
