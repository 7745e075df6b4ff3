import {
  ALPC_MESSAGE_ATTRIBUTES,
  Attribute,
  type AttributeName,
  attributeSize,
} from "./layout/attribute-structures.js";

const inOrder = Object.entries(Attribute) as [AttributeName, number][];

/**
 * ALPC_MESSAGE_ATTRIBUTES with room for some attributes, which lie in descending order of the allocated bits, whichever are
 * valid. The buffer owns its memory (8-aligned) and stays where it is.
 */
export class AttributeBuffer {
  readonly bytes: Buffer;
  readonly data: DataView;
  readonly #offsets = new Map<AttributeName, number>();

  constructor(...allocated: AttributeName[]) {
    let mask = 0;
    let size: number = ALPC_MESSAGE_ATTRIBUTES.size;
    for (const [name, bit] of inOrder) {
      if (!allocated.includes(name)) continue;
      mask |= bit;
      this.#offsets.set(name, size);
      size += attributeSize[name];
    }
    this.bytes = Buffer.allocUnsafeSlow(size).fill(0);
    this.data = new DataView(this.bytes.buffer);
    this.data.setUint32(ALPC_MESSAGE_ATTRIBUTES.AllocatedAttributes, mask >>> 0, true);
  }

  /** Where an attribute lies. Throws RangeError if there is no room for it. */
  offset(name: AttributeName): number {
    const offset = this.#offsets.get(name);
    if (offset === undefined) throw new RangeError(`no ${name} attribute is allocated`);
    return offset;
  }

  /** Whether the last call filled it, or the next one is to send it. */
  isValid(name: AttributeName): boolean {
    return (this.data.getUint32(ALPC_MESSAGE_ATTRIBUTES.ValidAttributes, true) & Attribute[name]) !== 0;
  }

  /** What a send is given: nothing, if nothing is valid. */
  get sent(): Buffer | null {
    return this.data.getUint32(ALPC_MESSAGE_ATTRIBUTES.ValidAttributes, true) === 0 ? null : this.bytes;
  }

  /** Says that an attribute, which has been written, is to be sent. */
  setValid(name: AttributeName): void {
    this.offset(name);
    const valid = this.data.getUint32(ALPC_MESSAGE_ATTRIBUTES.ValidAttributes, true) | Attribute[name];
    this.data.setUint32(ALPC_MESSAGE_ATTRIBUTES.ValidAttributes, valid >>> 0, true);
  }

  /** Nothing is valid: before every call. */
  reset(): void {
    this.data.setUint32(ALPC_MESSAGE_ATTRIBUTES.ValidAttributes, 0, true);
  }

  /** Zeroes an attribute. */
  clear(name: AttributeName): void {
    const at = this.offset(name);
    this.bytes.fill(0, at, at + attributeSize[name]);
  }

  /** Writes a u64 whose value is below 2^53. */
  setWord(at: number, value: number): void {
    setWord(this.data, at, value);
  }

  getWord(at: number): number {
    return getWord(this.data, at);
  }
}

/** Writes a u64 whose value is an integer below 2^53; negative ones are those of pseudo handles. */
export function setWord(target: DataView, at: number, value: number): void {
  target.setBigInt64(at, BigInt(value), true);
}

/** Reads a u64 whose value is below 2^53: handles, addresses, sizes. */
export function getWord(source: DataView, at: number): number {
  return Number(source.getBigUint64(at, true));
}
