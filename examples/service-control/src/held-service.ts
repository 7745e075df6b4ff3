import type { Service } from "./service.js";

/** What stands behind a context handle. It is disposed when the client closes the handle, or when the client is gone. */
export class HeldService implements Disposable {
  readonly service: Service;
  readonly #onReleased: (service: Service) => void;
  #isHeld = true;

  /** Throws RpcError if the service can't be held. */
  constructor(service: Service, onReleased: (service: Service) => void) {
    service.hold();
    this.service = service;
    this.#onReleased = onReleased;
  }

  [Symbol.dispose](): void {
    if (this.#isHeld) {
      this.#isHeld = false;
      this.service.release();
      this.#onReleased(this.service);
    }
  }
}
