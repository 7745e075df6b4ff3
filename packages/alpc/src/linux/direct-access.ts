import { AlpcError } from "../error.js";
import type { Connection } from "./connection.js";
import type { PeerCredentials } from "./credentials.js";
import { directMemory } from "./direct-memory.js";
import { DirectPeer } from "./direct-peer.js";
import { C } from "./libc.js";
import { systemError } from "./system-error.js";

/** A server's access to the memory of one client, pinned to the process that connected. */
export class DirectAccess {
  readonly #connection: Connection;
  readonly #peer: PeerCredentials;
  readonly #deadline: number | undefined;
  #direct: DirectPeer | null = null;

  /** `deadline`: milliseconds for one copy. */
  constructor(connection: Connection, peer: PeerCredentials, deadline: number | undefined) {
    this.#connection = connection;
    this.#peer = peer;
    this.#deadline = deadline;
  }

  /** Rejects with AlpcError, see DirectMemory. */
  async copy(
    operation: "read" | "write",
    entry: { readonly address: bigint; readonly size: number },
    buffer: Buffer,
  ): Promise<void> {
    this.#direct ??= this.#open();
    await directMemory()[operation](this.#direct, entry, buffer, this.#deadline);
  }

  close(): void {
    this.#direct?.close();
  }

  #open(): DirectPeer {
    const { libc } = this.#connection.machinery;
    const value = Buffer.alloc(4);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(4);
    if (libc.getsockopt(this.#connection.fd, C.SOL_SOCKET, C.SO_PEERPIDFD, value, length) < 0) {
      throw new AlpcError(
        "ACCESS_DENIED",
        "this system cannot say which process offers memory (Linux 6.5 can)",
        {
          cause: systemError(libc, "reading SO_PEERPIDFD"),
        },
      );
    }
    return DirectPeer.open(libc, { pid: this.#peer.pid, uid: this.#peer.uid, pidfd: value.readInt32LE(0) });
  }
}
