import { AlpcError } from "./error.js";
import { prepareOctets, takeOctets } from "./octet-memory.js";
import { checkViewBounds } from "./view.js";

/** What views of all systems have in common: octets are copied within bounds, and not after the view is over. See View. */
export abstract class BoundedView {
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  fill(source: Uint8Array, at: number): void {
    this.check(at + source.length);
    this.write(source, at);
  }

  copy(length: number): Buffer {
    const octets = takeOctets(length);
    prepareOctets(octets);
    this.copyTo(octets);
    return octets;
  }

  copyTo(target: Uint8Array): void {
    this.check(target.length);
    this.read(target);
  }

  /** Sent, released, or the connection has ended. */
  protected abstract get isOver(): boolean;
  /** Copies to and from the memory itself. */
  protected abstract write(source: Uint8Array, at: number): void;
  protected abstract read(target: Uint8Array): void;

  /** Throws AlpcError: PORT_DISCONNECTED when the view is over, INVALID_PARAMETER unless octets up to `end` lie within it. */
  protected check(end: number): void {
    if (this.isOver) throw new AlpcError("PORT_DISCONNECTED", "the view was sent or released");
    checkViewBounds(this.size, end);
  }
}
