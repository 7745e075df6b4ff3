import { isNdrError, NdrError, Reader } from "../src/index.js";
import { TracingWriter } from "./tracing-writer.js";
import type { Vector } from "./vectors.js";

const reader = new Reader();
const writer = new TracingWriter();

/**
 * Decodes `input` with the codec of `vector`. An accepted input is encoded again: octet for octet the same, but for those
 * that a decoder does not keep. Answers the refusal, or null; throws at anything else.
 */
export function decodeCanonically({ id, codec }: Vector, input: Buffer): NdrError | null {
  reader.attach(input, 0, input.length);
  let value: unknown;
  try {
    value = codec.read(reader);
  } catch (error) {
    if (isNdrError(error) && error instanceof NdrError) return error;
    throw error;
  }
  writer.reset();
  codec.write(writer, value);
  if (writer.length !== reader.offset) {
    throw new Error(`${id}: ${reader.offset} octets read, ${writer.length} written`);
  }
  const written = writer.buffer;
  for (let at = 0; at < written.length; at++) {
    if (input[at] === written[at]) continue;
    const free = writer.free.some(
      ({ from, to, same }) =>
        from <= at && at < to && same(input.subarray(from, to), written.subarray(from, to)),
    );
    if (!free) throw new Error(`${id}: ${input.toString("hex")} was written as ${written.toString("hex")}`);
  }
  return null;
}
