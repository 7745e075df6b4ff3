import { BoundedView } from "./bounded-view.js";
import { detachBuffer } from "./detach-buffer.js";
import type { View } from "./view.js";

/** A view that is an ordinary array of this process: nobody else reaches it. */
export class PrivateView extends BoundedView implements View {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isSecured = true;
  readonly isSealed = false;
  #isReleased = false;

  /** Takes the array over; its buffer is the view's alone. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super(bytes.length);
    this.bytes = bytes;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    detachBuffer(this.bytes.buffer);
    this.onReleased();
  }

  /** Called once. */
  protected onReleased(): void {}

  protected override get isOver(): boolean {
    return this.#isReleased;
  }

  protected override write(source: Uint8Array, at: number): void {
    this.bytes.set(source, at);
  }

  protected override read(target: Uint8Array): void {
    target.set(this.bytes.subarray(0, target.length));
  }
}
