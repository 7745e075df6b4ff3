import { BoundedView } from "../bounded-view.js";
import type { View } from "../view.js";
import type { MemoryWindow } from "./mapped-memory.js";
import type { Section } from "./section.js";

const nothing = new Uint8Array(0);

/** A view of a section of this connection. What becomes of it is up to the PortSections that it came from. */
export class PortView extends BoundedView implements View {
  readonly sectionId: number;
  /** Called when the other side has given the memory back, or the connection has ended. */
  onReturned: (() => void) | null = null;
  readonly #section: Section;
  readonly #onReleased: (view: PortView) => void;
  #window: MemoryWindow | null = null;
  #isOver = false;

  constructor(sectionId: number, section: Section, size: number, onReleased: (view: PortView) => void) {
    super(size);
    this.sectionId = sectionId;
    this.#section = section;
    this.#onReleased = onReleased;
  }

  /** False: the side that fills a section keeps its writable mapping, so that it can fill it again. */
  get isSecured(): boolean {
    return false;
  }

  get isSealed(): boolean {
    return false;
  }

  get bytes(): Uint8Array {
    if (this.#window !== null) return this.#window.bytes;
    if (this.#isOver || !this.#section.memory.isMapped) return nothing;
    this.#window = this.#section.memory.lend(this.size);
    return this.#window.bytes;
  }

  returned(): Promise<void> {
    return new Promise((resolve) => {
      this.onReturned = resolve;
    });
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

  protected override get isOver(): boolean {
    return this.#isOver;
  }

  protected override write(source: Uint8Array, at: number): void {
    this.#section.memory.fill(source, at);
  }

  protected override read(target: Uint8Array): void {
    this.#section.memory.copyTo(target);
  }
}
