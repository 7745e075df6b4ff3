import { violation } from "../port-message.js";
import { SealedView } from "../sealed-view.js";
import type { LibC } from "./libc.js";
import { SealedMemory } from "./sealed-memory.js";

/** What a server may have a client keep: more is hostile, or a mistake. The octets are addresses, not memory. */
const MAX_SECTIONS = 256;
const MAX_SIZE = 2 ** 40;

/** Client: the sealed memory that its server has handed over. */
export class SealedReceipts {
  readonly #libc: LibC;
  readonly #sendReleased: (sectionId: number) => void;
  readonly #receipts = new Map<number, Receipt>();
  #size = 0;
  #isClosed = false;

  /** `sendReleased` tells the server that nothing of a dropped section is left here. */
  constructor(libc: LibC, sendReleased: (sectionId: number) => void) {
    this.#libc = libc;
    this.#sendReleased = sendReleased;
  }

  /** Takes `fd` over. Throws AlpcError INVALID_MESSAGE unless nobody can change the memory any more. */
  onSection(sectionId: number, size: number, fd: number): void {
    const memory = SealedMemory.receive(this.#libc, fd, size);
    if (
      this.#receipts.has(sectionId) ||
      this.#receipts.size >= MAX_SECTIONS ||
      this.#size + size > MAX_SIZE
    ) {
      memory.close();
      throw violation(`sealed section ${sectionId} of ${size} octets beside ${this.#receipts.size} others`);
    }
    this.#size += size;
    this.#receipts.set(
      sectionId,
      new Receipt(memory, () => {
        if (!this.#isClosed) this.#sendReleased(sectionId);
      }),
    );
  }

  /** A VIEW attribute came. Throws AlpcError INVALID_MESSAGE. */
  receive(sectionId: number, offset: number, size: number): SealedView {
    const receipt = this.#receipts.get(sectionId);
    if (receipt === undefined) throw violation(`a view of sealed section ${sectionId}, which does not exist`);
    if (offset + size > receipt.memory.size) {
      throw violation(`a view of ${size} octets at ${offset} in ${receipt.memory.size}`);
    }
    receipt.use();
    return new SealedView(this, sectionId, receipt, offset, size, () => receipt.leave());
  }

  /** The server has no use for it any more. False if the section is none of these. */
  onDropped(sectionId: number): boolean {
    const receipt = this.#receipts.get(sectionId);
    if (receipt === undefined) return false;
    this.#receipts.delete(sectionId);
    this.#size -= receipt.memory.size;
    receipt.drop();
    return true;
  }

  /** Lets go of everything; arrays that users have stay what they are. */
  close(): void {
    this.#isClosed = true;
    for (const receipt of this.#receipts.values()) receipt.drop();
    this.#receipts.clear();
  }
}

/** One section, and what still needs it. */
class Receipt {
  readonly memory: SealedMemory;
  readonly #onGone: () => void;
  /** One mapping for all: making it anew for each view would cost the more the larger it is. */
  #bytes: Uint8Array | null = null;
  #views = 0;
  #isDropped = false;

  constructor(memory: SealedMemory, onGone: () => void) {
    this.memory = memory;
    this.#onGone = onGone;
  }

  get bytes(): Uint8Array {
    this.#bytes ??= this.memory.map();
    return this.#bytes;
  }

  copyTo(target: Uint8Array, offset: number): void {
    this.memory.copyTo(target, offset);
  }

  use(): void {
    this.#views++;
  }

  leave(): void {
    this.#views--;
    this.#endIfUnused();
  }

  drop(): void {
    this.#isDropped = true;
    this.#endIfUnused();
  }

  #endIfUnused(): void {
    if (!this.#isDropped || this.#views > 0) return;
    this.memory.close();
    if (this.#bytes === null) this.#onGone();
    else collected.register(this.#bytes.buffer, this.#onGone);
    this.#bytes = null;
  }
}

const collected = new FinalizationRegistry<() => void>((onGone) => onGone());
