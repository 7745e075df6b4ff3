import { Reader, Writer } from "@ncalrpc/ndr";

/** Stub data of one long after the other. */
export function longs(...values: number[]): Buffer {
  const octets = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) {
    octets.writeInt32LE(value, i * 4);
  }
  return octets;
}

/** The context handle at the start of a response. */
export function handleIn(data: Buffer): string {
  const reader = new Reader();
  reader.attach(data, 0, data.length);
  return reader.contextHandle() ?? "";
}

/** Stub data of a context handle and longs after it. */
export function handleData(handle: string | null, ...rest: number[]): Buffer {
  const writer = new Writer();
  writer.contextHandle(handle);
  writer.flatten();
  return Buffer.concat([Buffer.from(writer.buffer.subarray(0, writer.length)), longs(...rest)]);
}

/** A GUID with one bit changed. */
export function flipBit(guid: string, bit: number): string {
  const digits = [...guid.replaceAll("-", "")];
  const at = (bit >> 2) % digits.length;
  digits[at] = (Number.parseInt(digits[at] ?? "0", 16) ^ (1 << (bit & 3))).toString(16);
  return digits.join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
