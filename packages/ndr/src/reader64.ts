import type { Alignment } from "./limits.js";
import { StubReader } from "./stub-reader.js";

/** Decodes NDR64 (MS-RPCE 2.2.5): 8 octets for counts and pointers, padding at the end of structures, 32-bit enums. */
export class Reader64 extends StubReader {
  override align(n: Alignment, wide: Alignment = n): void {
    this.take(wide, 0);
  }

  override trail(n: Alignment): void {
    this.take(n, 0);
  }

  override int3264(): bigint {
    return this.int64();
  }

  override uint3264(): bigint {
    return this.uint64();
  }

  override enum16(): number {
    return this.int32();
  }

  override pointer(): boolean {
    return this.uint64() !== 0n;
  }

  override refPointer(): void {
    this.take(8, 8);
  }

  override refElements(n: number): void {
    this.take(8, 8 * n);
  }

  /** Ids beyond 2^53 are none that anybody sends: refused, since they could not be told apart. */
  override fullPointer(): never {
    const at = this.take(8, 8);
    const id = Number(this.view.getBigUint64(at, true));
    if (!Number.isSafeInteger(id)) this.fail("bad_stub_data", "a full pointer's id beyond 2^53", at);
    return this.pointerPlace(id);
  }

  override chunkEnd(count: number): void {
    const at = this.take(8, 8);
    const end = this.view.getBigInt64(at, true);
    if (end !== -BigInt(count)) {
      this.fail("bad_stub_data", `a chunk of ${count} elements that ends with ${end}`, at);
    }
  }

  protected override takeCounts(n: number): number {
    return this.take(8, 8 * n);
  }

  /** A count has 64 bits, of which no more may be used than NDR20 has. */
  protected override countAt(at: number, index: number): number {
    const place = at + 8 * index;
    if (this.view.getUint32(place + 4, true) !== 0) {
      this.fail("invalid_bound", "a count beyond 32 bits", place);
    }
    return this.view.getUint32(place, true);
  }
}
