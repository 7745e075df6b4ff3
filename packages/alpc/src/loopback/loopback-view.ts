import type { SectionQuota } from "../section-quota.js";
import type { View } from "../view.js";

/** Memory that moves from one side to the other: who has sent it cannot reach it any more. */
export class LoopbackView implements View {
  readonly #quota: SectionQuota;
  readonly #onReleased: (view: LoopbackView) => void;
  #bytes: Uint8Array<ArrayBuffer>;
  #isReleased = false;
  readonly size: number;
  readonly isSecured = true;

  /** Charges the quota until it is released. Throws AlpcError QUOTA_EXCEEDED. */
  constructor(size: number, quota: SectionQuota, onReleased: (view: LoopbackView) => void) {
    quota.charge(size);
    this.size = size;
    this.#quota = quota;
    this.#onReleased = onReleased;
    this.#bytes = new Uint8Array(size);
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The same memory in the hands of the receiver; this view is released. */
  transfer(size: number, onReleased: (view: LoopbackView) => void): LoopbackView {
    const { buffer } = this.#bytes;
    const moved = structuredClone(buffer, { transfer: [buffer] });
    this.release();
    const view = new LoopbackView(size, this.#quota, onReleased);
    view.#bytes = new Uint8Array(moved, 0, size);
    return view;
  }

  copy(length: number): Buffer {
    return Buffer.from(this.#bytes.subarray(0, length));
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const { buffer } = this.#bytes;
    if (buffer.byteLength > 0) structuredClone(buffer, { transfer: [buffer] });
    this.#quota.release(this.size);
    this.#onReleased(this);
  }
}
