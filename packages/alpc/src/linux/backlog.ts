import { sendWithDescriptors } from "./descriptor-message.js";
import { C, type LibC } from "./libc.js";

interface Packet {
  readonly octets: Uint8Array;
  /** Copies of ours that go with it. */
  readonly fds: readonly number[] | null;
}

/** Packets of one connection that the system had no room for, in order. Their octets are copies. */
export class Backlog {
  readonly #libc: LibC;
  readonly #packets: Packet[] = [];
  #head = 0;
  #bytes = 0;

  constructor(libc: LibC) {
    this.#libc = libc;
  }

  get messages(): number {
    return this.#packets.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Copies the octets and takes the descriptors over. */
  push(octets: Uint8Array, fds: readonly number[] | null = null): void {
    this.#packets.push({ octets: Uint8Array.prototype.slice.call(octets), fds });
    this.#bytes += octets.length;
  }

  /** Sends until the system takes no more: 0 if all went, else the errno. */
  drain(fd: number): number {
    for (let packet = this.#packets[this.#head]; packet !== undefined; packet = this.#packets[this.#head]) {
      if (this.#send(fd, packet) < 0) {
        const errno = this.#libc.errno();
        this.#compact();
        return errno;
      }
      this.#bytes -= packet.octets.length;
      this.#head++;
      for (const copy of packet.fds ?? []) this.#libc.close(copy);
    }
    this.clear();
    return 0;
  }

  clear(): void {
    for (const { fds } of this.#packets.slice(this.#head))
      for (const copy of fds ?? []) this.#libc.close(copy);
    this.#packets.length = 0;
    this.#head = 0;
    this.#bytes = 0;
  }

  #send(fd: number, { octets, fds }: Packet): number {
    if (fds !== null) return sendWithDescriptors(this.#libc, fd, octets, fds);
    return this.#libc.send(fd, octets, octets.length, C.MSG_DONTWAIT | C.MSG_NOSIGNAL);
  }

  /** Forgets what has been sent, now and then. */
  #compact(): void {
    if (this.#head < 64) return;
    this.#packets.splice(0, this.#head);
    this.#head = 0;
  }
}
