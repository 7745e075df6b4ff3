import { detachBuffer } from "../detach-buffer.js";
import { AlpcError } from "../error.js";
import { prepareOctets, takeOctets } from "../octet-memory.js";
import { checkViewBounds, type View } from "../view.js";

/**
 * A view as this side sees it: memory of its own. What is sent is copied into a section when it is sent, what arrives is
 * copied out before anyone sees it: an ArrayBuffer over memory that ALPC unmaps, perhaps while a native operation still uses
 * it, would end the process, and bytes that the peer cannot reach need no care.
 */
export class NtView implements View {
  readonly size: number;
  readonly isSecured = true;
  readonly isSealed = false;
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
    detachBuffer(this.#bytes.buffer);
    this.#onReleased(this);
  }

  #check(end: number): void {
    if (this.#isReleased) throw new AlpcError("PORT_DISCONNECTED", "the view was sent or released");
    checkViewBounds(this.size, end);
  }
}
