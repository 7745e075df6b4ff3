import { BoundedView } from "./bounded-view.js";
import { AlpcError } from "./error.js";
import type { View } from "./view.js";

/** Where a sealed view takes its octets from. */
export interface SealedSource {
  /** The whole memory as JavaScript sees it. */
  readonly bytes: Uint8Array;
  copyTo(target: Uint8Array, offset: number): void;
}

/** A view of sealed memory: on its way to a client, or received by one. */
export class SealedView extends BoundedView implements View {
  /** Whom it comes from. */
  readonly owner: object;
  readonly sectionId: number;
  readonly offset: number;
  readonly isSecured = true;
  readonly isSealed = true;
  readonly #source: SealedSource;
  readonly #onReleased: () => void;
  #isReleased = false;

  constructor(
    owner: object,
    sectionId: number,
    source: SealedSource,
    offset: number,
    size: number,
    onReleased: () => void,
  ) {
    super(size);
    this.owner = owner;
    this.sectionId = sectionId;
    this.offset = offset;
    this.#source = source;
    this.#onReleased = onReleased;
  }

  get bytes(): Uint8Array {
    this.check(0);
    const { buffer, byteOffset } = this.#source.bytes;
    return new Uint8Array(buffer, byteOffset + this.offset, this.size);
  }

  /** What `bytes` answered before stays. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#onReleased();
  }

  protected override get isOver(): boolean {
    return this.#isReleased;
  }

  protected override write(): void {
    throw new AlpcError("INVALID_PARAMETER", "sealed memory cannot be written to");
  }

  protected override read(target: Uint8Array): void {
    this.#source.copyTo(target, this.offset);
  }
}
