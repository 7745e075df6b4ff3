import { PORT_MESSAGE_SIZE } from "../../message.js";
import { ControlType, writePortMessage } from "../../port-message.js";
import { addressOf, C, type LibC } from "../libc.js";

/** The packet that wakes a peer who waits for entries of a completion list. It has no place among the messages. */
class Doorbell {
  /** How often it was rung in this thread. */
  rings = 0;
  readonly #packet = Buffer.allocUnsafeSlow(PORT_MESSAGE_SIZE);
  readonly #address = addressOf(this.#packet);

  constructor() {
    writePortMessage(new Uint32Array(this.#packet.buffer), 0, ControlType.DOORBELL, 0, 0, 0);
  }

  /** Sends it: 0, or the errno. */
  ring(libc: LibC, fd: number): number {
    this.rings++;
    const flags = C.MSG_DONTWAIT | C.MSG_NOSIGNAL;
    return libc.send(fd, this.#address, PORT_MESSAGE_SIZE, flags) < 0 ? libc.errno() : 0;
  }
}

export const doorbell = new Doorbell();
