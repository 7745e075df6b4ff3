import { PrivateView } from "../private-view.js";
import type { SectionQuota } from "../section-quota.js";

/** Memory that moves from one side to the other: who has sent it cannot reach it any more. */
export class LoopbackView extends PrivateView {
  readonly #quota: SectionQuota;
  readonly #onReleased: (view: LoopbackView) => void;

  /** Charges the quota until it is released. Throws AlpcError QUOTA_EXCEEDED. */
  constructor(
    size: number,
    quota: SectionQuota,
    onReleased: (view: LoopbackView) => void,
    bytes: () => Uint8Array<ArrayBuffer> = () => new Uint8Array(size),
  ) {
    quota.charge(size);
    super(bytes());
    this.#quota = quota;
    this.#onReleased = onReleased;
  }

  /** The first `size` octets of the same memory in the hands of the receiver; this view is released. */
  transfer(size: number, onReleased: (view: LoopbackView) => void): LoopbackView {
    const { buffer } = this.bytes;
    const moved = structuredClone(buffer, { transfer: [buffer] });
    this.release();
    return new LoopbackView(size, this.#quota, onReleased, () => new Uint8Array(moved, 0, size));
  }

  protected override onReleased(): void {
    this.#quota.release(this.size);
    this.#onReleased(this);
  }
}
