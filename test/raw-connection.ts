import { readdirSync } from "node:fs";
import { join } from "node:path";
import { MessageType } from "@ncalrpc/alpc";
import { encodeConnectRequest } from "../packages/alpc/src/connect-message.js";
import { RawPeer, rawMessage } from "../packages/alpc/test/raw-peer.js";
import { formatHello } from "../packages/runtime/src/protocol-lrpc/hello.js";

/** A sequenced-packet socket to the server whose socket is the only one in a directory. */
export class RawConnection extends RawPeer {
  #lastId = -1;

  /** Connects and says nothing. */
  constructor(directory: string) {
    const name = readdirSync(directory).find((entry) => entry.endsWith(".port"));
    if (name === undefined) {
      throw new Error(`no socket in ${directory}`);
    }
    super(join(directory, name));
  }

  /** Connects and exchanges the connect messages, as a client does that knows no extension. */
  static async shakeHands(
    directory: string,
    { tracking = "static", delegate = false }: { tracking?: "static" | "dynamic"; delegate?: boolean } = {},
  ): Promise<RawConnection> {
    const raw = new RawConnection(directory);
    const payload = formatHello({ features: 0, maxCalls: 0 });
    raw.sendMessage(MessageType.CONNECTION_REQUEST, encodeConnectRequest({ tracking, delegate, payload }), 0);
    const reply = await raw.receive();
    if (reply?.readUInt16LE(4) !== MessageType.CONNECTION_REPLY) {
      throw new Error(`no connection reply: ${reply?.toString("hex")}`);
    }
    return raw;
  }

  /** Sends a PORT_MESSAGE; requests are numbered if no id is given. */
  sendMessage(
    type: number,
    payload: Uint8Array,
    id = type === MessageType.REQUEST ? this.nextId() : 0,
  ): void {
    this.send(portPacket(type, payload, id));
  }

  nextId(): number {
    this.#lastId += 2;
    return this.#lastId;
  }

  /** True once the server has hung up; what it said before is skipped. `timeout` in milliseconds. */
  async isHungUp(timeout = 5_000): Promise<boolean> {
    const deadline = performance.now() + timeout;
    while (performance.now() < deadline) {
      try {
        await this.closedWith();
        return true;
      } catch {
        // Nothing came for a while.
      }
    }
    return false;
  }
}

/** The octets of a PORT_MESSAGE. */
export function portPacket(type: number, payload: Uint8Array, messageId: number): Buffer {
  return rawMessage({ type, payload, messageId });
}
