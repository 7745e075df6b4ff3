import { AlpcError } from "../error.js";
import { prepareOctets, takeOctets } from "../octet-memory.js";
import type { SectionQuota } from "../section-quota.js";
import { checkViewBounds, type View } from "../view.js";

/** Memory that moves from one side to the other: who has sent it cannot reach it any more. */
export class LoopbackView implements View {
  readonly #quota: SectionQuota;
  readonly #onReleased: (view: LoopbackView) => void;
  #bytes: Uint8Array<ArrayBuffer>;
  #isReleased = false;
  readonly size: number;
  readonly isSecured = true;
  readonly isSealed = false;

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

  fill(source: Uint8Array, at: number): void {
    this.#check(at + source.length);
    this.#bytes.set(source, at);
  }

  copy(length: number): Buffer {
    const octets = takeOctets(length);
    prepareOctets(octets);
    this.copyTo(octets);
    return octets;
  }

  copyTo(target: Uint8Array): void {
    this.#check(target.length);
    target.set(this.#bytes.subarray(0, target.length));
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const { buffer } = this.#bytes;
    if (buffer.byteLength > 0) structuredClone(buffer, { transfer: [buffer] });
    this.#quota.release(this.size);
    this.#onReleased(this);
  }

  #check(end: number): void {
    if (this.#isReleased) throw new AlpcError("PORT_DISCONNECTED", "the view was sent or released");
    checkViewBounds(this.size, end);
  }
}
