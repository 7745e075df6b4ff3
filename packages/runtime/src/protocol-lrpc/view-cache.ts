/**
 * A DataView of the buffer that was asked for last: message after message lies in the same one. V8 compiles a DataView's
 * methods in place, where Buffer's are calls that take as long as the rest of a header together.
 */
export class ViewCache {
  #buffer: Buffer = nothing;
  #view: DataView = viewOfNothing;

  of(buffer: Buffer): DataView {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    }
    return this.#view;
  }
}

const nothing = Buffer.alloc(0);
const viewOfNothing = new DataView(nothing.buffer, 0, 0);
