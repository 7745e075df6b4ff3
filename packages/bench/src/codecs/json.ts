import { type Codec, exercise } from "./codec.js";
import { isBytes } from "./messages.js";
import { plainBytes } from "./plain-bytes.js";

interface JsonBytes {
  readonly data: string;
}

const encodeBytes = ({ data }: { readonly data: Uint8Array }): string => {
  const octets = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return JSON.stringify({ data: octets.toString("base64") });
};
const decodeBytes = (text: string): { data: Uint8Array } => {
  const { data }: JsonBytes = JSON.parse(text);
  return { data: Buffer.from(data, "base64") };
};

const octetsOf = (text: string): Buffer => Buffer.from(text);
const textOf = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString();

/** As a program that sends JSON over a socket uses it. */
export const json: Codec = {
  name: "json",
  description: "JSON.stringify and JSON.parse, with UTF-8 to and from octets; bytes as base64",
  packages: [],
  prepare(_name, value) {
    return isBytes(value)
      ? exercise(
          value,
          (v) => octetsOf(encodeBytes(v)),
          (octets) => decodeBytes(textOf(octets)),
          plainBytes,
        )
      : exercise(
          value,
          (v) => octetsOf(JSON.stringify(v)),
          (octets: Uint8Array): unknown => JSON.parse(textOf(octets)),
          (decoded) => decoded,
        );
  },
};

/** What JavaScript engines do best: no octets at all. */
export const jsonText: Codec = {
  name: "json-text",
  description: "JSON.stringify and JSON.parse of a string, which nothing can send as it is",
  packages: [],
  prepare(_name, value) {
    return isBytes(value)
      ? exercise(value, encodeBytes, decodeBytes, plainBytes)
      : exercise(
          value,
          (v) => JSON.stringify(v),
          (text: string): unknown => JSON.parse(text),
          (decoded) => decoded,
        );
  },
};
