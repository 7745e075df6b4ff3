import type { CallContexts } from "./call-contexts.js";
import type { RegisteredInterface } from "./registered-interface.js";

/** State that a server keeps for a client behind a context handle, and the calls that want to use it, one at a time. */
export class Context {
  readonly id: string;
  readonly interface: RegisteredInterface;
  readonly typeName: string;
  readonly state: object;
  #user: CallContexts | null = null;
  readonly #waiting: CallContexts[] = [];

  constructor(id: string, owner: RegisteredInterface, typeName: string, state: object) {
    this.id = id;
    this.interface = owner;
    this.typeName = typeName;
    this.state = state;
  }

  /**
   * Gives the state to a call until it leaves. False if others come first: then the call is resumed when it is its turn. A call
   * that `hasWaited` passes those that wait here: would each of two respect the other's place, neither would ever get all it needs.
   */
  take(call: CallContexts, hasWaited: boolean): boolean {
    if (this.#user === call) {
      return true;
    }
    const index = this.#waiting.indexOf(call);
    if (this.#user === null && (hasWaited || this.#waiting.length === 0)) {
      if (index >= 0) {
        this.#waiting.splice(index, 1);
      }
      this.#user = call;
      return true;
    }
    if (index < 0) {
      this.#waiting.push(call);
    }
    return false;
  }

  /** A call has ended, or waits for something else. */
  leave(call: CallContexts): void {
    if (this.#user === call) {
      this.#user = null;
    } else {
      const index = this.#waiting.indexOf(call);
      if (index >= 0) {
        this.#waiting.splice(index, 1);
      }
    }
    if (this.#user === null) {
      this.#waiting[0]?.resume();
    }
  }
}
