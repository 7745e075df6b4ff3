import { readFileSync } from "node:fs";
import { AlpcError } from "../error.js";
import { C, errnoName, type LibC } from "./libc.js";

const CAP_SYS_PTRACE = 19n;

/** A process whose memory may be read and written, pinned by a pidfd so that its number cannot come to mean another one. */
export class DirectPeer implements Disposable {
  readonly pid: number;
  readonly pidfd: number;
  readonly #libc: LibC;
  #users = 0;
  #isClosed = false;

  private constructor(libc: LibC, pid: number, pidfd: number) {
    this.#libc = libc;
    this.pid = pid;
    this.pidfd = pidfd;
  }

  /**
   * Takes `pidfd` over (SO_PEERPIDFD of the connection, so that it is the process that connected) and closes it even if
   * this throws. `uid` is the peer's effective uid at connect. Throws AlpcError ACCESS_DENIED if the kernel would let this
   * process read what the peer's own permissions do not cover, PORT_DISCONNECTED if the peer is dead.
   */
  static open(
    libc: LibC,
    peer: { readonly pid: number; readonly uid: number; readonly pidfd: number },
  ): DirectPeer {
    const opened = new DirectPeer(libc, peer.pid, peer.pidfd);
    try {
      if (peer.uid !== process.geteuid?.() && canTraceAnyone()) {
        const message = `uid ${peer.uid} may not offer memory: this process could read any process (CAP_SYS_PTRACE)`;
        throw new AlpcError("ACCESS_DENIED", message);
      }
      if (!isAlive(libc, peer.pidfd))
        throw new AlpcError("PORT_DISCONNECTED", `process ${peer.pid} has ended`);
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Keeps the pidfd open until the matching release(), whatever close() says: a copy uses it. */
  retain(): void {
    this.#users++;
  }

  release(): void {
    this.#users--;
    if (this.#isClosed && this.#users === 0) this.#libc.close(this.pidfd);
  }

  /** No more copies; those that run go on. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#users === 0) this.#libc.close(this.pidfd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Whether the process of a pidfd has not ended: a pidfd becomes readable when it does (pidfd_open(2)). */
export function isAlive(libc: LibC, pidfd: number): boolean {
  const entry = Buffer.alloc(8);
  entry.writeInt32LE(pidfd, 0);
  entry.writeInt16LE(C.POLLIN, 4);
  const ready = libc.poll(entry, 1, 0);
  if (ready === -1) throw new AlpcError("UNSUCCESSFUL", `poll: ${errnoName(libc.errno())}`);
  return ready === 0;
}

/** Whether the kernel lets this process read anyone's memory: then it is no judge of what a peer may offer. */
function canTraceAnyone(): boolean {
  const line = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
  return line === undefined || ((BigInt(`0x${line}`) >> CAP_SYS_PTRACE) & 1n) === 1n;
}
