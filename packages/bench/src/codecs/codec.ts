import type { MessageName, Messages } from "./messages.js";

/** One message in one codec's hands. */
export interface Exercise {
  /** Encodes the value that the codec was prepared with. Codecs of text answer a string. */
  encode(): Uint8Array | string;
  /** Reads every field of what `encode` answered. */
  decode(encoded: Uint8Array | string): unknown;
  /** What `decode` answered, as plain data equal to the value that was encoded. */
  plain(decoded: unknown): unknown;
}

/** A way to turn values into octets and back. */
export interface Codec {
  readonly name: string;
  /** One line: what is measured. */
  readonly description: string;
  /** npm packages whose versions matter. */
  readonly packages: readonly string[];
  /** Those that it can encode, if not all. */
  readonly messages?: readonly MessageName[];
  /** What happens here is not measured. */
  prepare<N extends MessageName>(name: N, value: Messages[N]): Exercise;
}

/** An exercise of a codec that has a function for each direction, for a value in the form that it wants. */
export function exercise<V, E extends Uint8Array | string, D>(
  value: V,
  encode: (value: V) => E,
  decode: (encoded: E) => D,
  plain: (decoded: D) => unknown,
): Exercise {
  return {
    encode: () => encode(value),
    decode: (encoded) => decode(encoded as E),
    plain: (decoded) => plain(decoded as D),
  };
}
