import { readGuid } from "./guid.js";
import { maxEnum16 } from "./limits.js";
import { swapOctets } from "./octets.js";
import { StubReader } from "./stub-reader.js";

/** Decodes NDR20 of a sender whose data representation label says big-endian (C706 14.1). */
export class BigEndianReader extends StubReader {
  override int16(): number {
    return this.view.getInt16(this.take(2, 2));
  }

  override uint16(): number {
    return this.view.getUint16(this.take(2, 2));
  }

  override int32(): number {
    return this.view.getInt32(this.take(4, 4));
  }

  override uint32(): number {
    return this.view.getUint32(this.take(4, 4));
  }

  override int64(): bigint {
    return this.view.getBigInt64(this.take(8, 8));
  }

  override uint64(): bigint {
    return this.view.getBigUint64(this.take(8, 8));
  }

  override float32(): number {
    return this.view.getFloat32(this.take(4, 4));
  }

  override float64(): number {
    return this.view.getFloat64(this.take(8, 8));
  }

  override enum16(): number {
    const at = this.take(2, 2);
    const value = this.view.getUint16(at);
    if (value > maxEnum16) {
      this.fail("enum_out_of_range", `an enum is from 0 to ${maxEnum16}, not ${value}`, at);
    }
    return value;
  }

  override pointer(): boolean {
    return this.uint32() !== 0;
  }

  protected override countAt(at: number, index: number): number {
    return this.view.getUint32(at + 4 * index);
  }

  protected override guidAt(at: number): string {
    return readGuid(this.buffer, at, false);
  }

  protected override utf16Text(from: number, to: number): string {
    return Buffer.from(this.buffer.subarray(from, to)).swap16().toString("utf16le");
  }

  protected override elements(count: number, size: number): ArrayBufferLike {
    const octets = super.elements(count, size);
    swapOctets(new Uint8Array(octets), size);
    return octets;
  }
}
