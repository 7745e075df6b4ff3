import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  BigEndianReader,
  MessageHandles,
  Reader,
  Reader64,
  type SystemHandle,
  type TransferSyntax,
  Writer,
  Writer64,
} from "../../ndr/dist/index.js";
import { type GeneratedFile, transpileTypeScript } from "../src/index.js";
import { BigEndianWriter } from "./big-endian-writer.js";

/** A module of the built runtime, by its name as a package's entry. */
function runtimeModule(specifier: string): string {
  const entry = specifier.replace("@ncalrpc/runtime/", "");
  return pathToFileURL(join(import.meta.dirname, `../../runtime/dist/${entry}.js`)).href;
}

type Write = (writer: Writer, value: unknown) => void;
type Read = (reader: Reader) => unknown;

type ReadChunk = (reader: Reader) => unknown;
type OpenPipe = (read: ReadChunk) => AsyncIterable<unknown>;

interface EncodedChunk {
  readonly length: number;
  write(writer: Writer, start: number, end: number): void;
}

interface OutgoingPipe {
  chunks(): AsyncIterable<EncodedChunk>;
}

/** What the runtime's clients offer to generated ones for methods with pipes. */
type CallWithPipes = (
  opnum: number,
  request: unknown,
  write: Write,
  read: Read,
  ins: readonly OutgoingPipe[],
  openOuts: (open: OpenPipe) => unknown,
) => Promise<{ readonly response: unknown; readonly pipes: unknown }>;

export interface Schema {
  parse(value: unknown): unknown;
}

/** The part of a generated interface definition that tests drive. */
interface Definition {
  readonly client: { readonly prototype: object };
  schemas(): Promise<Readonly<Record<string, { readonly request: Schema; readonly response: Schema }>>>;
  readonly methods: readonly {
    readonly name: string;
    readonly opnum: number;
    readonly parameters: readonly string[];
    serve(handlers: object, reader: Reader, call: object): void;
  }[];
}

/** The system handles that travel beside octets. */
const carried = new WeakMap<Buffer, readonly SystemHandle[]>();

/** What a generated interface does, without a connection: requests and responses as octets. */
export class Loaded {
  readonly definition: Definition;
  readonly module: Readonly<Record<string, unknown>>;
  /** In which values are written and read from now on. */
  syntax: TransferSyntax | "big-endian" = "ndr20";

  constructor(definition: Definition, module: Readonly<Record<string, unknown>> = {}) {
    this.definition = definition;
    this.module = module;
  }

  /** The request that a client's method sends, and what it makes of a response's octets. */
  request(
    method: string,
    args: readonly unknown[],
  ): { octets: Buffer; respond: (octets: Buffer) => unknown } {
    let octets: Buffer = Buffer.alloc(0);
    let read: (reader: Reader) => unknown = () => undefined;
    const client = Object.create(this.definition.client.prototype, {
      call: {
        value: (_opnum: number, request: unknown, write: Write, reader: (reader: Reader) => unknown) => {
          octets = this.#encode(request, write);
          read = reader;
        },
      },
    });
    client[method](...args);
    return { octets, respond: (response) => this.#decode(response, read) };
  }

  /** The request of a method that may have pipes, which are within it. */
  async send(method: string, args: readonly unknown[]): Promise<Buffer> {
    let octets: Buffer = Buffer.alloc(0);
    const call = (_opnum: number, request: unknown, write: Write): void => {
      octets = this.#encode(request, write);
    };
    const callWithPipes: CallWithPipes = async (_opnum, request, write, _read, ins) => {
      const drained = await drainPipes(ins);
      octets = this.#encode(request, (writer, value) => {
        write(writer, value);
        writePipes(writer, drained);
      });
      return { response: undefined, pipes: undefined };
    };
    // What the method makes of the response is of no interest, and there is none.
    await Promise.resolve(this.#client(call, callWithPipes)[method](...args)).catch(() => {});
    return octets;
  }

  /** As `respond`, of a handler whose result may hold pipes. */
  async answer(method: string, octets: Buffer, result: unknown): Promise<Buffer> {
    let response: Promise<Buffer> = Promise.resolve(Buffer.alloc(0));
    const respond = (value: unknown, write: Write): void => {
      response = Promise.resolve(value).then((settled) => this.#encode(settled, write));
    };
    const respondWithPipes = (
      value: unknown,
      write: Write,
      pipes: (value: unknown) => readonly OutgoingPipe[],
    ): void => {
      response = drainPipes(pipes(value)).then((drained) =>
        this.#encode(value, (writer, settled) => {
          writePipes(writer, drained);
          write(writer, settled);
        }),
      );
    };
    this.#serve(method, octets, () => result, respond, respondWithPipes);
    return response;
  }

  /** What a client's method makes of a response's octets. */
  async responded(method: string, args: readonly unknown[], response: Buffer): Promise<unknown> {
    const call = async (_opnum: number, _request: unknown, _write: Write, read: Read): Promise<unknown> =>
      this.#decode(response, read);
    const callWithPipes: CallWithPipes = async (_opnum, _request, _write, read, _ins, openOuts) =>
      this.#decode(response, (reader) => ({
        pipes: openOuts((each) => readPipe(reader, each)),
        response: read(reader),
      }));
    return await this.#client(call, callWithPipes)[method](...args);
  }

  #client(
    call: (opnum: number, request: unknown, write: Write, read: Read) => unknown,
    callWithPipes: CallWithPipes,
  ) {
    const callMaybe = async (opnum: number, request: unknown, write: Write): Promise<unknown> =>
      call(opnum, request, write, () => undefined);
    return Object.create(this.definition.client.prototype, {
      call: { value: call },
      callMaybe: { value: callMaybe },
      callWithPipes: { value: callWithPipes },
    });
  }

  /** What a handler is given for a request's octets. */
  receive(method: string, octets: Buffer): unknown[] {
    let args: unknown[] = [];
    const handler = (...given: unknown[]): void => {
      args = given.slice(0, -1);
    };
    this.#serve(method, octets, handler, () => {});
    return args;
  }

  /** The response to a request, for what its handler returns. */
  respond(method: string, octets: Buffer, result: unknown): Buffer {
    let response: Buffer = Buffer.alloc(0);
    const respond = (value: unknown, write: Write): void => {
      response = this.#encode(value, write);
    };
    this.#serve(method, octets, () => result, respond);
    return response;
  }

  #serve(
    method: string,
    octets: Buffer,
    handler: (...given: unknown[]) => unknown,
    respond: (value: unknown, write: Write) => void,
    respondWithPipes: unknown = () => {},
  ): void {
    const served = this.definition.methods.find(({ name }) => name === method);
    if (served === undefined) throw new Error(`no method ${method}`);
    this.#decode(octets, (reader) =>
      served.serve({ [method]: handler }, reader, { respond, respondWithPipes, pipe: readPipe }),
    );
  }

  #encode(value: unknown, write: Write): Buffer {
    const writers = { ndr20: Writer, ndr64: Writer64, "big-endian": BigEndianWriter };
    const writer = new writers[this.syntax]();
    write(writer, value);
    const octets = Buffer.alloc(writer.length);
    if (writer instanceof BigEndianWriter) writer.bigEndian().copy(octets);
    else writer.copyTo(octets, 0);
    if (writer.handles !== null) carried.set(octets, writer.handles);
    return octets;
  }

  #decode<T>(octets: Buffer, read: (reader: Reader) => T): T {
    const readers = { ndr20: Reader, ndr64: Reader64, "big-endian": BigEndianReader };
    const reader = new readers[this.syntax]();
    reader.attach(octets, 0, octets.length);
    reader.handles = new MessageHandles(carried.get(octets) ?? []);
    const value = read(reader);
    if (reader.handles.unnamed > 0) throw new Error("a handle was not read");
    if (reader.remaining !== 0) throw new Error(`${reader.remaining} octets were not read`);
    return value;
  }
}

/** The chunks of pipes, as they are written into a request or a response. */
async function drainPipes(pipes: readonly OutgoingPipe[]): Promise<EncodedChunk[][]> {
  return await Promise.all(
    pipes.map(async (pipe) => {
      const chunks: EncodedChunk[] = [];
      for await (const chunk of pipe.chunks()) chunks.push(chunk);
      return chunks;
    }),
  );
}

function writePipes(writer: Writer, pipes: readonly EncodedChunk[][]): void {
  for (const chunks of pipes) {
    for (const chunk of chunks) chunk.write(writer, 0, chunk.length);
    writer.pipeEnd();
  }
}

function readPipe(reader: Reader, read: ReadChunk): AsyncIterable<unknown> {
  const chunks: unknown[] = [];
  for (let chunk = read(reader); chunk !== null; chunk = read(reader)) chunks.push(chunk);
  return streamOf(chunks);
}

async function* streamOf(chunks: readonly unknown[]): AsyncGenerator<unknown, void, undefined> {
  yield* chunks;
}

/** Runs generated modules against the built runtime; answers the last one's exports. */
export async function loadModules(files: readonly GeneratedFile[]): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), "ncalrpc-codegen-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    for (const { path, text } of files) {
      const code = transpileTypeScript(text, (specifier) =>
        specifier.startsWith("@") ? runtimeModule(specifier) : specifier,
      );
      writeFileSync(join(folder, path.replace(/\.ts$/, ".js")), code);
    }
    // All of them while they are there: schema modules are not asked for until later.
    const paths = files.map(({ path }) => join(folder, path.replace(/\.ts$/, ".js")));
    const modules = await Promise.all(
      paths.map(async (path) => await import(/* @vite-ignore */ pathToFileURL(path).href)),
    );
    return modules[files.findLastIndex(({ path }) => !path.endsWith(".schema.ts"))];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function loadInterface(files: readonly GeneratedFile[], name: string): Promise<Loaded> {
  const module = await loadModules(files);
  return new Loaded(module[name] as Definition, module);
}
