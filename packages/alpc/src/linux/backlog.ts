import { C, type LibC } from "./libc.js";

/** Packets of one connection that the system had no room for, in order. Their octets are copies. */
export class Backlog {
  readonly #packets: Uint8Array[] = [];
  #head = 0;
  #bytes = 0;

  get messages(): number {
    return this.#packets.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Copies the packet. */
  push(packet: Uint8Array): void {
    this.#packets.push(Uint8Array.prototype.slice.call(packet));
    this.#bytes += packet.length;
  }

  /** Sends until the system takes no more: 0 if all went, else the errno. */
  drain(libc: LibC, fd: number): number {
    for (let packet = this.#packets[this.#head]; packet !== undefined; packet = this.#packets[this.#head]) {
      if (libc.send(fd, packet, packet.length, C.MSG_DONTWAIT | C.MSG_NOSIGNAL) < 0) {
        this.#compact();
        return libc.errno();
      }
      this.#bytes -= packet.length;
      this.#head++;
    }
    this.clear();
    return 0;
  }

  clear(): void {
    this.#packets.length = 0;
    this.#head = 0;
    this.#bytes = 0;
  }

  /** Forgets what has been sent, now and then. */
  #compact(): void {
    if (this.#head < 64) return;
    this.#packets.splice(0, this.#head);
    this.#head = 0;
  }
}
