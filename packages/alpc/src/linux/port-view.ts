import { AlpcError } from "../error.js";
import { prepareOctets, takeOctets } from "../octet-memory.js";
import { checkViewBounds, type View } from "../view.js";
import type { MemoryWindow } from "./mapped-memory.js";
import type { Section } from "./section.js";

const nothing = new Uint8Array(0);

/** A view of a section of this connection. What becomes of it is up to the PortSections that it came from. */
export class PortView implements View {
  readonly size: number;
  readonly sectionId: number;
  /** Called when the other side has given the memory back, or the connection has ended. */
  onReturned: (() => void) | null = null;
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

  get isSealed(): boolean {
    return false;
  }

  get bytes(): Uint8Array {
    if (this.#window !== null) return this.#window.bytes;
    if (this.#isOver || !this.#section.memory.isMapped) return nothing;
    this.#window = this.#section.memory.lend(this.size);
    return this.#window.bytes;
  }

  fill(source: Uint8Array, at: number): void {
    this.#check(at + source.length);
    this.#section.memory.fill(source, at);
  }

  copy(length: number): Buffer {
    const octets = takeOctets(length);
    prepareOctets(octets);
    this.copyTo(octets);
    return octets;
  }

  copyTo(target: Uint8Array): void {
    this.#check(target.length);
    this.#section.memory.copyTo(target);
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

  #check(end: number): void {
    if (this.#isOver) throw new AlpcError("PORT_DISCONNECTED", "the view was sent or released");
    checkViewBounds(this.size, end);
  }
}
