import { detachBuffer } from "../detach-buffer.js";
import type { View } from "../view.js";

/**
 * A view as this side sees it: memory of its own. What is sent is copied into a section when it is sent, what arrives is
 * copied out before anyone sees it: an ArrayBuffer over memory that ALPC unmaps, perhaps while a native operation still uses
 * it, would end the process, and bytes that the peer cannot reach need no care.
 */
export class NtView implements View {
  readonly size: number;
  readonly isSecured = true;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #onReleased: (view: NtView) => void;
  #isReleased = false;

  constructor(size: number, onReleased: (view: NtView) => void) {
    this.size = size;
    this.#bytes = new Uint8Array(size);
    this.#onReleased = onReleased;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  copy(length: number): Buffer {
    return Buffer.from(this.#bytes.subarray(0, length));
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    detachBuffer(this.#bytes.buffer);
    this.#onReleased(this);
  }
}
