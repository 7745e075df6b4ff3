import type { View } from "../view.js";
import type { MemoryWindow } from "./mapped-memory.js";
import type { Section } from "./section.js";

const nothing = new Uint8Array(0);

/** A view of a section of this connection. What becomes of it is up to the PortSections that it came from. */
export class PortView implements View {
  readonly size: number;
  readonly sectionId: number;
  readonly #section: Section;
  readonly #onReleased: (view: PortView) => void;
  #window: MemoryWindow | null = null;
  #isOver = false;

  constructor(sectionId: number, section: Section, size: number, onReleased: (view: PortView) => void) {
    this.sectionId = sectionId;
    this.size = size;
    this.#section = section;
    this.#onReleased = onReleased;
  }

  /** False: the side that fills a section keeps its writable mapping, so that it can fill it again. */
  get isSecured(): boolean {
    return false;
  }

  get bytes(): Uint8Array {
    if (this.#window !== null) return this.#window.bytes;
    if (this.#isOver || !this.#section.memory.isMapped) return nothing;
    this.#window = this.#section.memory.lend(this.size);
    return this.#window.bytes;
  }

  copy(length: number): Buffer {
    const { memory } = this.#section;
    return this.#isOver || !memory.isMapped ? Buffer.alloc(0) : memory.copy(Math.min(length, this.size));
  }

  /** Detaches, after making what was written visible to the other side. False if the view was over already. */
  end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#window?.publish();
    this.#window?.detach();
    return true;
  }

  release(): void {
    if (this.end()) this.#onReleased(this);
  }
}
