import { randomBytes } from "node:crypto";

/** Octets by which a thread that looks into lists tells itself from other threads of its process. */
export const THREAD_ID_SIZE = 8;
export const threadId: Uint8Array = randomBytes(THREAD_ID_SIZE);

let lastSleep = 0;

/** An even number for the control word awake, another one for each sleep of this thread. */
export function nextSleep(): number {
  lastSleep = (lastSleep + 2) | 0 || 2;
  return lastSleep;
}

/** Wakes one thread of another process, which has a list with us for each of its connections: once for all that sleep together. */
export class Bell {
  readonly #key: string;
  /** Lists that use it. */
  #users = 0;
  #rung = 0;

  private constructor(key: string) {
    this.#key = key;
  }

  /**
   * The bell of a thread, by what the system says of its process and what it says of itself: a process can keep nobody
   * asleep but itself. Give it back once for each time.
   */
  static take(pid: number, id: Uint8Array): Bell {
    const key = `${pid}:${Buffer.from(id).toString("hex")}`;
    const bell = bells.get(key) ?? new Bell(key);
    bells.set(key, bell);
    bell.#users++;
    return bell;
  }

  giveBack(): void {
    if (--this.#users === 0) bells.delete(this.#key);
  }

  /** Whether the doorbell of one of its lists has to be rung, for the sleep of that number. 0: a list that nobody has looked into yet. */
  mustRing(sleep: number): boolean {
    if (sleep === 0 || sleep !== this.#rung) {
      this.#rung = sleep;
      return true;
    }
    return false;
  }
}

const bells = new Map<string, Bell>();
