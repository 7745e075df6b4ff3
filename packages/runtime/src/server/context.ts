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

  /** Gives the state to a call until it leaves. False if others come first: then the call is resumed when it is its turn. */
  take(call: CallContexts): boolean {
    if (this.#user === call) {
      return true;
    }
    const [next = call] = this.#waiting;
    if (this.#user === null && next === call) {
      this.#waiting.shift();
      this.#user = call;
      return true;
    }
    if (!this.#waiting.includes(call)) {
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
