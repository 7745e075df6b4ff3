import { PrivateView } from "../private-view.js";

/**
 * A view as this side sees it: memory of its own. What is sent is copied into a section when it is sent, what arrives is
 * copied out before anyone sees it: an ArrayBuffer over memory that ALPC unmaps, perhaps while a native operation still uses
 * it, would end the process, and bytes that the peer cannot reach need no care.
 */
export class NtView extends PrivateView {
  readonly #onReleased: (view: NtView) => void;

  constructor(size: number, onReleased: (view: NtView) => void) {
    super(new Uint8Array(size));
    this.#onReleased = onReleased;
  }

  protected override onReleased(): void {
    this.#onReleased(this);
  }
}
