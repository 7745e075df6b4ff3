import { types } from "node:util";
import type { Alignment } from "./limits.js";
import { putOctets } from "./octets.js";
import { ScalarWriter } from "./scalar-writer.js";

/** Octets from which `Writer.bytes` keeps a reference to the caller's array instead of a copy. */
export const externalThreshold = 0x4000;

/** Octets up to which writing elements one by one beats a view made for them and the runtime's own copy (measured, Node 20). */
const smallArray = 64;

/** The elements of arrays of scalars, from typed arrays; their counts are written before. */
export class ArrayWriter extends ScalarWriter {
  /**
   * The elements of an array of octets; counts are written before. From `externalThreshold` octets on the array itself becomes
   * part of the message: the caller leaves it unchanged until the message is sent or the writer is reset.
   */
  bytes(v: Uint8Array): void {
    this.checkBlock(types.isUint8Array(v), "a Uint8Array", v);
    if (v.length >= externalThreshold) this.addChunk(v);
    else {
      const at = this.claim(1, v.length);
      putOctets(this.octets, at, v);
    }
  }

  int8Array(v: Int8Array): void {
    this.checkBlock(types.isInt8Array(v), "an Int8Array", v);
    this.#copy(v, 1);
  }

  int16Array(v: Int16Array): void {
    this.checkBlock(types.isInt16Array(v), "an Int16Array", v);
    if (v.length > smallArray / 2) this.#copy(v, 2);
    else {
      const at = this.#room(v, 2);
      for (let i = 0; i < v.length; i++) this.view.setInt16(at + 2 * i, v[i] ?? 0, true);
    }
  }

  uint16Array(v: Uint16Array): void {
    this.checkBlock(types.isUint16Array(v), "a Uint16Array", v);
    if (v.length > smallArray / 2) this.#copy(v, 2);
    else {
      const at = this.#room(v, 2);
      for (let i = 0; i < v.length; i++) this.view.setUint16(at + 2 * i, v[i] ?? 0, true);
    }
  }

  int32Array(v: Int32Array): void {
    this.checkBlock(types.isInt32Array(v), "an Int32Array", v);
    if (v.length > smallArray / 4) this.#copy(v, 4);
    else {
      const at = this.#room(v, 4);
      for (let i = 0; i < v.length; i++) this.view.setInt32(at + 4 * i, v[i] ?? 0, true);
    }
  }

  uint32Array(v: Uint32Array): void {
    this.checkBlock(types.isUint32Array(v), "a Uint32Array", v);
    if (v.length > smallArray / 4) this.#copy(v, 4);
    else {
      const at = this.#room(v, 4);
      for (let i = 0; i < v.length; i++) this.view.setUint32(at + 4 * i, v[i] ?? 0, true);
    }
  }

  float32Array(v: Float32Array): void {
    this.checkBlock(types.isFloat32Array(v), "a Float32Array", v);
    this.#copy(v, 4);
  }

  float64Array(v: Float64Array): void {
    this.checkBlock(types.isFloat64Array(v), "a Float64Array", v);
    this.#copy(v, 8);
  }

  bigInt64Array(v: BigInt64Array): void {
    this.checkBlock(types.isBigInt64Array(v), "a BigInt64Array", v);
    if (v.length > smallArray / 8) this.#copy(v, 8);
    else {
      const at = this.#room(v, 8);
      for (let i = 0; i < v.length; i++) this.view.setBigInt64(at + 8 * i, v[i] ?? 0n, true);
    }
  }

  bigUint64Array(v: BigUint64Array): void {
    this.checkBlock(types.isBigUint64Array(v), "a BigUint64Array", v);
    if (v.length > smallArray / 8) this.#copy(v, 8);
    else {
      const at = this.#room(v, 8);
      for (let i = 0; i < v.length; i++) this.view.setBigUint64(at + 8 * i, v[i] ?? 0n, true);
    }
  }

  /** The position of the elements: no elements, no alignment (C706 14.3.3). */
  #room(v: ArrayBufferView, size: Alignment): number {
    return v.byteLength === 0 ? 0 : this.claim(size, v.byteLength);
  }

  #copy(v: ArrayBufferView, size: Alignment): void {
    const at = this.#room(v, size);
    this.octets.set(new Uint8Array(v.buffer, v.byteOffset, v.byteLength), at);
  }

  protected checkBlock(ok: boolean, wanted: string, v: unknown): void {
    if (ok) return;
    if (v === null || v === undefined) this.fail("null_ref_pointer", `${wanted} is required here, not ${v}`);
    this.refuse(wanted, v);
  }
}
