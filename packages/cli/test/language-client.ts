import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { startCli } from "./run-cli.js";

/** An editor, as far as the protocol is concerned: JSON-RPC over the standard streams of `ncalrpc lsp`. */
export class LanguageClient {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: { result?: unknown; error?: { message: string } }) => void>();
  readonly #diagnostics = new Map<string, unknown[]>();
  #listeners: (() => void)[] = [];
  #buffer: Buffer = Buffer.alloc(0);
  #id = 0;

  constructor(cwd: string) {
    this.#child = startCli(["lsp", "--stdio"], { cwd });
    this.#child.stdout?.on("data", (chunk: Buffer) => this.#read(chunk));
  }

  /** Rejects for an error response. */
  async request(method: string, params: unknown): Promise<unknown> {
    this.#id += 1;
    const id = this.#id;
    const answered = new Promise<{ result?: unknown; error?: { message: string } }>((resolve) =>
      this.#waiting.set(id, resolve),
    );
    this.#send({ jsonrpc: "2.0", id, method, params });
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(error.message);
    return result;
  }

  notify(method: string, params: unknown): void {
    this.#send({ jsonrpc: "2.0", method, params });
  }

  /** The next diagnostics of a document that are as wanted. */
  async diagnostics(uri: string, isWanted: (found: unknown[]) => boolean): Promise<unknown[]> {
    while (true) {
      const found = this.#diagnostics.get(uri);
      if (found !== undefined && isWanted(found)) return found;
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  /** Says goodbye; returns the process's exit code. */
  async end(): Promise<number | null> {
    const closed = once(this.#child, "close");
    await this.request("shutdown", null);
    this.notify("exit", null);
    await closed;
    return this.#child.exitCode;
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #send(message: unknown): void {
    const body = Buffer.from(JSON.stringify(message));
    this.#child.stdin?.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (true) {
      const end = this.#buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString("latin1", 0, end))?.[1]);
      if (this.#buffer.length < end + 4 + length) return;
      const message = JSON.parse(this.#buffer.toString("utf8", end + 4, end + 4 + length));
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      if (message.method === "textDocument/publishDiagnostics") {
        this.#diagnostics.set(message.params.uri, message.params.diagnostics);
        const listeners = this.#listeners;
        this.#listeners = [];
        for (const listener of listeners) listener();
      } else if (typeof message.id === "number") this.#waiting.get(message.id)?.(message);
    }
  }
}
