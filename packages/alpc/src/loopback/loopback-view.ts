import { PrivateView } from "../private-view.js";
import type { SectionQuota } from "../section-quota.js";

/** Memory that moves from one side to the other: who has sent it cannot reach it any more. */
export class LoopbackView extends PrivateView {
  readonly #quota: SectionQuota;
  readonly #onReleased: () => void;
  #isMoved = false;

  /** `quota` has been charged for it, until it is released. */
  constructor(bytes: Uint8Array<ArrayBuffer>, quota: SectionQuota, onReleased: () => void) {
    super(bytes);
    this.#quota = quota;
    this.#onReleased = onReleased;
  }

  /** The same memory, and what was charged for it, in the hands of the receiver; this view is released. */
  transfer(onReleased: () => void): LoopbackView {
    const { buffer } = this.bytes;
    const moved = structuredClone(buffer, { transfer: [buffer] });
    this.#isMoved = true;
    this.release();
    return new LoopbackView(new Uint8Array(moved, 0, this.size), this.#quota, onReleased);
  }

  protected override onReleased(): void {
    if (!this.#isMoved) this.#quota.release(this.size);
    this.#onReleased();
  }
}
