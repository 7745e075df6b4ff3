import { checkViewSize } from "../check-view-size.js";
import { AlpcError } from "../error.js";
import type { SectionQuota } from "../section-quota.js";
import type { View } from "../view.js";
import { lineUp, ViewQueue } from "../view-queue.js";
import { LoopbackView } from "./loopback-view.js";

/** The views of one side of a connection: those that it has allocated and not sent yet, and those that came. */
export class LoopbackViews {
  /** Octets. */
  readonly #maxSize: number;
  readonly #quota: SectionQuota;
  readonly #views = new Set<LoopbackView>();
  readonly #waiting = new ViewQueue(({ size }) => this.#allocateNow(size));

  /** `quota` is charged for views that are allocated here, until whoever has them last releases them. */
  constructor(maxSize: number, quota: SectionQuota) {
    this.#maxSize = maxSize;
    this.#quota = quota;
  }

  /** See CommunicationPort.allocateView. */
  allocate(size: number, waits: boolean): View | Promise<View> {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new AlpcError("INVALID_PARAMETER", `a view of ${size} octets`);
    }
    checkViewSize(size, this.#maxSize);
    const view = this.#waiting.oldest === undefined ? this.#allocateNow(size) : null;
    if (view !== null) return view;
    const quota = this.#quota;
    if (!waits) throw new AlpcError("QUOTA_EXCEEDED", `${quota.used} of ${quota.limit} octets are in use`);
    return lineUp(this.#waiting, size);
  }

  withdraw(view: Promise<View>): void {
    this.#waiting.withdrawPromise(view);
    this.#waiting.serve();
  }

  /** Passes a view of ours on to the other side. Throws AlpcError INVALID_PARAMETER if it is not one that we may send. */
  handOver(view: View, peer: LoopbackViews): View {
    if (!(view instanceof LoopbackView) || !this.#views.has(view)) {
      throw new AlpcError("INVALID_PARAMETER", "the view is not one of this port's, or was sent before");
    }
    const received: LoopbackView = view.transfer(() => {
      peer.#views.delete(received);
      this.#waiting.serve();
    });
    peer.#views.add(received);
    return received;
  }

  /** Detaches all views. */
  close(): void {
    this.#waiting.clear(new AlpcError("PORT_DISCONNECTED", "the connection is closed"));
    for (const view of this.#views) view.release();
  }

  /** Null if views have to come back first. Throws AlpcError. */
  #allocateNow(size: number): View | null {
    try {
      this.#quota.charge(size);
    } catch (error) {
      if (this.#quota.used > 0) return null;
      throw error;
    }
    const view: LoopbackView = new LoopbackView(new Uint8Array(size), this.#quota, () => {
      this.#views.delete(view);
      this.#waiting.serve();
    });
    this.#views.add(view);
    return view;
  }
}
