import { AlpcError } from "./error.js";
import { prepareOctets, takeOctets } from "./octet-memory.js";
import { checkViewBounds, type View } from "./view.js";

/** Where a sealed view takes its octets from. */
export interface SealedSource {
  /** The whole memory as JavaScript sees it. */
  readonly bytes: Uint8Array;
  copyTo(target: Uint8Array, offset: number): void;
}

/** A view of sealed memory: on its way to a client, or received by one. */
export class SealedView implements View {
  /** Whom it comes from. */
  readonly owner: object;
  readonly sectionId: number;
  readonly offset: number;
  readonly size: number;
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
    this.owner = owner;
    this.sectionId = sectionId;
    this.offset = offset;
    this.size = size;
    this.#source = source;
    this.#onReleased = onReleased;
  }

  get bytes(): Uint8Array {
    this.#check(0);
    const { buffer, byteOffset } = this.#source.bytes;
    return new Uint8Array(buffer, byteOffset + this.offset, this.size);
  }

  fill(): never {
    throw new AlpcError("INVALID_PARAMETER", "sealed memory cannot be written to");
  }

  copy(length: number): Buffer {
    const octets = takeOctets(length);
    prepareOctets(octets);
    this.copyTo(octets);
    return octets;
  }

  copyTo(target: Uint8Array): void {
    this.#check(target.length);
    this.#source.copyTo(target, this.offset);
  }

  /** What `bytes` answered before stays. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#onReleased();
  }

  #check(end: number): void {
    if (this.#isReleased) throw new AlpcError("PORT_DISCONNECTED", "the view was sent or released");
    checkViewBounds(this.size, end);
  }
}
