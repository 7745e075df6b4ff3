import type { Reader, Writer } from "@ncalrpc/ndr";

/** A chunk: an array, or a typed array. */
export interface Chunk<T> {
  readonly length: number;
  slice(start?: number, end?: number): T;
}

/** Where the chunks of a pipe come from. */
export type PipeSource<T> = AsyncIterable<T> | Iterable<T>;

/** A pipe that we send, with what encodes one chunk of it. */
export interface OutgoingPipe {
  /** Chunks that are not empty, and as long as `limits` says. */
  chunks(): AsyncGenerator<EncodedChunk, void, undefined>;
}

/** A chunk that can be encoded in part, since it may be longer than a message holds. */
export interface EncodedChunk {
  readonly length: number;
  /** Octets of an element, as far as its type says. */
  readonly elementSize: number;
  write(writer: Writer, start: number, end: number): void;
}

/** Reads one chunk; null at the end of the pipe. */
export type ReadChunk<T> = (reader: Reader) => T | null;

/** Opens the next [out] pipe of a call. */
export type OpenPipe = <T>(read: ReadChunk<T>) => AsyncIterable<T>;

/** For generated code: a source of chunks with what encodes them. */
export function outgoingPipe<T extends Chunk<T>>(
  source: PipeSource<T>,
  write: (writer: Writer, chunk: T) => void,
): OutgoingPipe {
  return {
    async *chunks() {
      for await (const chunk of source) {
        const { length } = chunk;
        if (length > 0) {
          yield {
            length,
            elementSize: ArrayBuffer.isView(chunk) ? Math.ceil(chunk.byteLength / length) : 0,
            write: (writer, start, end) =>
              write(writer, start === 0 && end === length ? chunk : chunk.slice(start, end)),
          };
        }
      }
    },
  };
}

/** All chunks of some pipes, for a peer that takes them in one message with the rest. */
export async function drainPipes(pipes: readonly OutgoingPipe[]): Promise<readonly EncodedChunk[][]> {
  return await Promise.all(
    pipes.map(async (pipe) => {
      const chunks: EncodedChunk[] = [];
      for await (const chunk of pipe.chunks()) {
        chunks.push(chunk);
      }
      return chunks;
    }),
  );
}

/** Writes pipes as they stand in stub data: chunk after chunk, each pipe with its end. */
export function writePipes(writer: Writer, pipes: readonly EncodedChunk[][]): void {
  for (const chunks of pipes) {
    for (const chunk of chunks) {
      chunk.write(writer, 0, chunk.length);
    }
    writer.pipeEnd();
  }
}

/** Reads a pipe as it stands in stub data. */
export function readPipe<T>(reader: Reader, read: ReadChunk<T>): AsyncIterable<T> {
  const chunks: T[] = [];
  for (let chunk = read(reader); chunk !== null; chunk = read(reader)) {
    chunks.push(chunk);
  }
  return streamOf(chunks);
}

async function* streamOf<T>(chunks: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* chunks;
}
