import type { WriteBuffer } from "./write-buffer.js";

/** Octets of a block, and the largest value that is put in one. */
const blockSize = 0x1_0000;
const smallType = 0x1000;

/**
 * Where serialized types go. Small ones are written one behind the other into a block, each answered as a window on its part
 * (as `Buffer.from` does); the block is never written again, and goes when the last of its values does.
 */
export class TypeMemory {
  #block: Buffer = Buffer.alloc(0);
  #view = new DataView(this.#block.buffer);
  #used = 0;
  #isSmall = true;

  /** Lets a writer begin a value behind `headroom` octets: in the block, if the one before was small. */
  attach(w: WriteBuffer, headroom: number): void {
    if (!this.#isSmall) {
      w.reset(headroom);
      return;
    }
    if (this.#block.length - this.#used < smallType) {
      this.#block = Buffer.allocUnsafeSlow(blockSize);
      this.#view = new DataView(this.#block.buffer);
      this.#used = 0;
    }
    w.attach(this.#block, this.#used, smallType, headroom, this.#view);
  }

  /** The value that was written, and the headroom, which is still to be filled. */
  take(w: WriteBuffer, headroom: number): Uint8Array {
    const size = headroom + w.length;
    this.#isSmall = size <= smallType;
    if (w.isAttached && w.isContiguous) {
      const octets = new Uint8Array(this.#block.buffer, this.#used, size);
      // Values are aligned to 8 octets where they begin.
      this.#used += (size + 7) & ~7;
      return octets;
    }
    const octets = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
    w.copyTo(octets, headroom);
    return octets;
  }
}
