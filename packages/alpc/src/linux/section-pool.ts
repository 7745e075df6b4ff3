import { AlpcError } from "../error.js";

/** Sections start here, and grow by powers of two, so that one that is free fits the next message of about that size. Octets. */
export const MIN_SECTION_SIZE = 65_536;

/** The size of the section that is made for `size` octets: at most twice as much, except below MIN_SECTION_SIZE. */
export function sectionSizeFor(size: number): number {
  let rounded = MIN_SECTION_SIZE;
  while (rounded < size) rounded *= 2;
  return rounded;
}

/** A section as its pool sees it. */
export interface PooledSection {
  /** Octets. */
  readonly size: number;
}

interface Entry<S> {
  readonly section: S;
  isFree: boolean;
  /** When it became free, milliseconds of the caller's clock. */
  freeSince: number;
}

/**
 * The sections of one connection and one direction, as kept by the side that fills them: which exist and which are free. A
 * section stays with its connection until it is destroyed, so what the other side may find in a reused one is only
 * what it has seen before, and nothing is zeroed. Holds no memory itself: making and closing sections is the caller's.
 */
export class SectionPool<S extends PooledSection> {
  readonly #entries = new Map<number, Entry<S>>();

  get size(): number {
    return this.#entries.size;
  }

  /** Adds a section that has just been made for someone: it is in use. Throws AlpcError INVALID_MESSAGE if the id is taken. */
  add(id: number, section: S): void {
    if (this.#entries.has(id)) throw new AlpcError("INVALID_MESSAGE", `section ${id} exists already`);
    this.#entries.set(id, { section, isFree: false, freeSince: 0 });
  }

  get(id: number): S | undefined {
    return this.#entries.get(id)?.section;
  }

  /**
   * Takes the smallest free section that holds `size` octets, null if there is none. One that is far too large is
   * left for messages that need it, unless `anySize`: for when a new section would break a limit.
   */
  acquire(size: number, anySize = false): { readonly id: number; readonly section: S } | null {
    const largest = anySize ? Number.POSITIVE_INFINITY : sectionSizeFor(size);
    let bestId = -1;
    let best: Entry<S> | null = null;
    for (const [id, entry] of this.#entries) {
      const { size: actual } = entry.section;
      if (!entry.isFree || actual < size || actual > largest) continue;
      if (best === null || actual < best.section.size) {
        best = entry;
        bestId = id;
      }
    }
    if (best === null) return null;
    best.isFree = false;
    return { id: bestId, section: best.section };
  }

  /**
   * The other side, or a sender that changed its mind, gives a section back. `now` in milliseconds. Throws AlpcError
   * INVALID_MESSAGE if the id is unknown or not in use, as only a peer that breaks the protocol would send it.
   */
  release(id: number, now: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.isFree) {
      const what = entry === undefined ? "does not exist" : "is not in use";
      throw new AlpcError("INVALID_MESSAGE", `section ${id} was given back but ${what}`);
    }
    entry.isFree = true;
    entry.freeSince = now;
  }

  /**
   * Takes out and returns the sections that have been free since `before` or longer (Infinity: all free ones, to make room under a limit); the
   * caller tells the other side and closes them.
   */
  trim(before: number): { readonly id: number; readonly section: S }[] {
    const idle = [...this.#entries].filter(([, entry]) => entry.isFree && entry.freeSince <= before);
    return idle.map(([id, { section }]) => {
      this.#entries.delete(id);
      return { id, section };
    });
  }

  /** Takes everything out, in use or not: the connection is gone. */
  clear(): S[] {
    const sections = [...this.#entries.values()].map((entry) => entry.section);
    this.#entries.clear();
    return sections;
  }
}
