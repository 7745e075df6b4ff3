import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DirectPeer } from "../src/linux/direct-peer.js";
import { loadLibC } from "../src/linux/libc.js";

/** What programs/memory-peer.mjs says of itself. */
interface Hello {
  readonly pid: number;
  readonly address: number;
  readonly size: number;
  readonly stalledAddress: number;
}

/** A process with memory to offer (programs/memory-peer.mjs). */
export class MemoryPeer implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly address: bigint;
  readonly size: number;
  readonly stalledAddress: bigint;
  readonly #lines: Interface;

  private constructor(child: ChildProcess, lines: Interface, hello: Hello) {
    this.child = child;
    this.#lines = lines;
    this.pid = hello.pid;
    this.address = BigInt(hello.address);
    this.size = hello.size;
    this.stalledAddress = BigInt(hello.stalledAddress);
  }

  static async start(size: number, ...options: string[]): Promise<MemoryPeer> {
    const program = fileURLToPath(new URL("programs/memory-peer.mjs", import.meta.url));
    const child = spawn(process.execPath, [program, String(size), ...options], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = await once(lines, "line");
    return new MemoryPeer(child, lines, JSON.parse(line));
  }

  open(): DirectPeer {
    const libc = loadLibC();
    const uid = process.geteuid?.() ?? -1;
    return DirectPeer.open(libc, { pid: this.pid, uid, pidfd: libc.pidfd_open(this.pid, 0) });
  }

  /** The sum of the memory's octets, added up by the peer. */
  async sum(): Promise<number> {
    this.child.stdin?.write("?");
    const [line] = await once(this.#lines, "line");
    return Number(line);
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
