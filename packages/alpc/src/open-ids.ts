/** Slots of a new table, and of the largest; beyond that, ids go into a set. */
const FIRST_CAPACITY = 16;
const LAST_CAPACITY = 16_384;
/** What all tables share in which nothing has ever been. */
const EMPTY = new Uint32Array(1);

/**
 * Ids of one parity that are open. Most are given out one after the other and do not stay open for long, so each has a
 * slot that follows from its number, and nothing is allocated for it.
 */
export class OpenIds {
  #slots = EMPTY;
  #inSlots = 0;
  /** Made when first needed. */
  #others: Set<number> | null = null;

  get size(): number {
    return this.#inSlots + (this.#others?.size ?? 0);
  }

  has(id: number): boolean {
    return this.#slots[this.#slotOf(id)] === id || this.#others?.has(id) === true;
  }

  /** Adds an id, not 0, that is not there. */
  add(id: number): void {
    if (this.#slots === EMPTY) this.#slots = new Uint32Array(FIRST_CAPACITY);
    let slot = this.#slotOf(id);
    while (this.#slots[slot] !== 0 && this.#slots.length < LAST_CAPACITY) {
      this.#grow();
      slot = this.#slotOf(id);
    }
    if (this.#slots[slot] === 0) {
      this.#slots[slot] = id;
      this.#inSlots++;
    } else {
      this.#others ??= new Set();
      this.#others.add(id);
    }
  }

  /** False if it was not there. */
  delete(id: number): boolean {
    const slot = this.#slotOf(id);
    if (id !== 0 && this.#slots[slot] === id) {
      this.#slots[slot] = 0;
      this.#inSlots--;
      return true;
    }
    return this.#others?.delete(id) === true;
  }

  #slotOf(id: number): number {
    return (id >>> 1) & (this.#slots.length - 1);
  }

  /** Ids that had slots of their own keep them: their numbers differ in fewer bits than before. */
  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (const id of old) if (id !== 0) this.#slots[this.#slotOf(id)] = id;
  }
}
