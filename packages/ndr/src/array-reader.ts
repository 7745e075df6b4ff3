import type { Alignment } from "./limits.js";
import { copyOctets, swapOctets } from "./octets.js";
import { ScalarReader } from "./scalar-reader.js";

/** Octets up to which the engine holds a typed array among its other objects, which makes reading one by one cheaper (measured, Node 20). */
const smallArray = 64;

/** Octets of memory that a typed array takes beside its elements: two objects and the head of the elements. */
const typedArrayOverhead = 208;

/** The elements of arrays of scalars, copied into typed arrays; their counts are read before. */
export class ArrayReader extends ScalarReader {
  /** The elements of an array of `count` octets: a copy, unless the octets are owned, or lie apart. */
  bytes(count: number): Uint8Array {
    const apart = this.takeApart(count);
    if (apart !== null) return apart;
    const at = this.#take(count, 1);
    if (this.owned) return new Uint8Array(this.buffer.buffer, this.buffer.byteOffset + at, count);
    return copyOctets(this.octets, at, count);
  }

  int8Array(count: number): Int8Array {
    return new Int8Array(this.#copy(count, 1));
  }

  int16Array(count: number): Int16Array {
    if (count > smallArray / 2) return new Int16Array(this.#copy(count, 2));
    const at = this.#take(count, 2);
    const elements = new Int16Array(count);
    for (let i = 0; i < count; i++) elements[i] = this.int16At(at + 2 * i);
    return elements;
  }

  uint16Array(count: number): Uint16Array {
    if (count > smallArray / 2) return new Uint16Array(this.#copy(count, 2));
    const at = this.#take(count, 2);
    const elements = new Uint16Array(count);
    for (let i = 0; i < count; i++) elements[i] = this.uint16At(at + 2 * i);
    return elements;
  }

  int32Array(count: number): Int32Array {
    if (count > smallArray / 4) return new Int32Array(this.#copy(count, 4));
    const at = this.#take(count, 4);
    const elements = new Int32Array(count);
    for (let i = 0; i < count; i++) elements[i] = this.int32At(at + 4 * i);
    return elements;
  }

  uint32Array(count: number): Uint32Array {
    if (count > smallArray / 4) return new Uint32Array(this.#copy(count, 4));
    const at = this.#take(count, 4);
    const elements = new Uint32Array(count);
    for (let i = 0; i < count; i++) elements[i] = this.uint32At(at + 4 * i);
    return elements;
  }

  float32Array(count: number): Float32Array {
    return new Float32Array(this.#copy(count, 4));
  }

  float64Array(count: number): Float64Array {
    return new Float64Array(this.#copy(count, 8));
  }

  bigInt64Array(count: number): BigInt64Array {
    if (count > smallArray / 8) return new BigInt64Array(this.#copy(count, 8));
    const at = this.#take(count, 8);
    const elements = new BigInt64Array(count);
    for (let i = 0; i < count; i++) elements[i] = this.int64At(at + 8 * i);
    return elements;
  }

  bigUint64Array(count: number): BigUint64Array {
    if (count > smallArray / 8) return new BigUint64Array(this.#copy(count, 8));
    const at = this.#take(count, 8);
    const elements = new BigUint64Array(count);
    for (let i = 0; i < count; i++) elements[i] = this.uint64At(at + 8 * i);
    return elements;
  }

  /** The position of `count` elements, of which there will be a copy: no elements, no alignment (C706 14.3.3). */
  #take(count: number, size: Alignment): number {
    const at = count === 0 ? this.position : this.take(size, count * size);
    this.charge(typedArrayOverhead - 7 * count * size);
    return at;
  }

  #copy(count: number, size: Alignment): ArrayBufferLike {
    const copy = copyOctets(this.octets, this.#take(count, size), count * size);
    if (!this.littleEndian) swapOctets(copy, size);
    return copy.buffer;
  }
}
