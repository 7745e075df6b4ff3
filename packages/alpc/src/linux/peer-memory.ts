import type { DataEntry } from "../data-information.js";
import type { DataLoans } from "../data-loans.js";
import { AlpcError } from "../error.js";
import type { MessageLedger } from "../message-ledger.js";
import { ControlType } from "../port-message.js";
import type { Connection } from "./connection.js";
import type { DirectAccess } from "./direct-access.js";

/** Memory of the other side that its open requests offer. */
export class PeerMemory {
  readonly #connection: Connection;
  readonly #direct: DirectAccess | null;
  readonly #ledger: MessageLedger;
  readonly #loans: DataLoans;

  /** `direct` is null where no memory is offered. */
  constructor(connection: Connection, direct: DirectAccess | null, ledger: MessageLedger, loans: DataLoans) {
    this.#connection = connection;
    this.#direct = direct;
    this.#ledger = ledger;
    this.#loans = loans;
  }

  /** Rejects with AlpcError: ACCESS_DENIED, PORT_DISCONNECTED, and as DirectAccess does. */
  async copy(operation: "read" | "write", entry: DataEntry, buffer: Buffer): Promise<void> {
    const loans = this.#loans;
    const request = loans.requestOf(entry);
    if (this.#direct === null || request === null || !this.#ledger.isOpen(request)) {
      throw new AlpcError("ACCESS_DENIED", "that memory is not offered by an open request");
    }
    loans.startCopy(request);
    try {
      await this.#direct.copy(operation, entry, buffer);
    } finally {
      const isWithdrawn = loans.endCopy(request) && !this.#ledger.isOpen(request);
      if (isWithdrawn && !this.#connection.isEnded)
        this.#connection.output.sendControl(ControlType.DATA_RELEASED, request);
    }
    // A withdrawn request's memory may have become something else under the copy.
    const { isEnded } = this.#connection;
    if (!isEnded && this.#ledger.isOpen(request)) return;
    const status = isEnded ? "PORT_DISCONNECTED" : "ACCESS_DENIED";
    throw new AlpcError(status, "the request that offered the memory ended during the copy");
  }
}
