import { AlpcError } from "../error.js";
import { SealedView } from "../sealed-view.js";
import type { SectionQuota } from "../section-quota.js";
import type { SealedMemory } from "./sealed-memory.js";
import type { OfferedKind } from "./section.js";

export interface SealedOfferChannel {
  sendSection(sectionId: number, kind: OfferedKind, size: number, fd: number): void;
  sendSectionDropped(sectionId: number): void;
}

interface Offer {
  readonly id: number;
  readonly size: number;
  readonly forget: () => void;
}

/** Sealed sections that one client is offered at a time, and those that it may still have views of. */
const MAX_OFFERS = 64;
const MAX_HELD = 256;

/**
 * Server: the sealed memory that one client has been handed. It counts in the connection's account of sections from then
 * until the client has no view of it any more, or the connection ends.
 */
export class SealedOffers {
  readonly #channel: SealedOfferChannel;
  readonly #quota: SectionQuota;
  readonly #nextId: () => number;
  /** In the order of their last use. */
  readonly #offers = new Map<SealedMemory, Offer>();
  /** Sizes of those that the client has been told to let go of. */
  readonly #dropped = new Map<number, number>();

  constructor(channel: SealedOfferChannel, quota: SectionQuota, nextId: () => number) {
    this.#channel = channel;
    this.#quota = quota;
    this.#nextId = nextId;
  }

  /** A view of `bytes`, a part of `memory`, for the client, which is handed the memory first if it hasn't got it. Throws AlpcError QUOTA_EXCEEDED, INSUFFICIENT_RESOURCES. */
  view(memory: SealedMemory, bytes: Uint8Array): SealedView {
    const offer = this.#offers.get(memory) ?? this.#offer(memory);
    this.#offers.delete(memory);
    this.#offers.set(memory, offer);
    const source = { bytes, copyTo: (target: Uint8Array, at: number) => memory.copyTo(target, at) };
    return new SealedView(this, offer.id, source, bytes.byteOffset, bytes.length, () => {});
  }

  /** The client has no view of a dropped section any more. False if the section is none of these. */
  onReleased(sectionId: number): boolean {
    const size = this.#dropped.get(sectionId);
    if (size === undefined) return false;
    this.#dropped.delete(sectionId);
    this.#quota.release(size);
    return true;
  }

  close(): void {
    for (const { size, forget } of this.#offers.values()) {
      forget();
      this.#quota.release(size);
    }
    this.#offers.clear();
    for (const size of this.#dropped.values()) this.#quota.release(size);
    this.#dropped.clear();
  }

  #offer(memory: SealedMemory): Offer {
    const { size } = memory;
    const [oldest] = this.#offers.keys();
    if (this.#offers.size >= MAX_OFFERS && oldest !== undefined) this.#drop(oldest);
    this.#quota.charge(size);
    const id = this.#nextId();
    try {
      if (this.#offers.size + this.#dropped.size >= MAX_HELD)
        throw new AlpcError("QUOTA_EXCEEDED", `the client has views of ${MAX_HELD} sealed sections`);
      this.#channel.sendSection(id, "sealed", size, memory.duplicate());
    } catch (error) {
      this.#quota.release(size);
      throw error;
    }
    const offer = { id, size, forget: memory.onClosed((closed) => this.#drop(closed)) };
    this.#offers.set(memory, offer);
    return offer;
  }

  #drop(memory: SealedMemory): void {
    const offer = this.#offers.get(memory);
    if (offer === undefined) return;
    this.#offers.delete(memory);
    offer.forget();
    this.#dropped.set(offer.id, offer.size);
    this.#channel.sendSectionDropped(offer.id);
  }
}
