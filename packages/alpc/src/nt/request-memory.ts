import type { DataEntry } from "../data-information.js";
import { AlpcError } from "../error.js";
import type { InboundMessage } from "./inbound-message.js";
import type { PortAttachments } from "./port-attachments.js";
import type { PortTerms } from "./port-terms.js";

/** The memory that requests of the other side offer, as long as they are open. */
export class RequestMemory {
  readonly #terms: PortTerms;
  readonly #attachments: PortAttachments;
  readonly #open: ReadonlyMap<number, InboundMessage>;

  /** `open`: requests without an answer, by our id. */
  constructor(terms: PortTerms, attachments: PortAttachments, open: ReadonlyMap<number, InboundMessage>) {
    this.#terms = terms;
    this.#attachments = attachments;
    this.#open = open;
  }

  /** Fills `buffer` from an entry, or the entry from `buffer`. Rejects with AlpcError. */
  async copy(operation: "read" | "write", entry: DataEntry, buffer: Buffer): Promise<void> {
    const { direct, receivingHandle, directDeadline } = this.#terms;
    const id = this.#attachments.loans.requestOf(entry);
    const request = id === null ? undefined : this.#open.get(id);
    if (direct === null || id === null || request === undefined) {
      throw new AlpcError("ACCESS_DENIED", "that memory is not offered by an open request");
    }
    if (buffer.length > entry.size) {
      throw new AlpcError("INVALID_PARAMETER", `${buffer.length} octets; ${entry.size} are offered`);
    }
    const index = this.#attachments.indexOf(entry);
    const { header } = request;
    await direct.copy(operation, receivingHandle, header, index, entry.address, buffer, directDeadline);
    if (this.#open.has(id)) return;
    throw new AlpcError("ACCESS_DENIED", "the request that offered the memory ended during the copy");
  }
}
