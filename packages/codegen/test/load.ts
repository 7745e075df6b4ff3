import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  BigEndianReader,
  Reader,
  Reader64,
  type TransferSyntax,
  Writer,
  Writer64,
} from "../../ndr/dist/index.js";
import { type GeneratedFile, transpileTypeScript } from "../src/index.js";

/** A module of the built runtime, by its name as a package's entry. */
function runtimeModule(specifier: string): string {
  const entry = specifier.replace("@ncalrpc/runtime/", "");
  return pathToFileURL(join(import.meta.dirname, `../../runtime/dist/${entry}.js`)).href;
}

type Write = (writer: Writer, value: unknown) => void;

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

  /** As `request`, for a method that takes in pipes first. */
  async send(method: string, args: readonly unknown[]): Promise<Buffer> {
    let octets: Buffer = Buffer.alloc(0);
    const call = (_opnum: number, request: unknown, write: Write): void => {
      octets = this.#encode(request, write);
    };
    const client = Object.create(this.definition.client.prototype, { call: { value: call } });
    // What the method makes of the response is of no interest, and there is none.
    await Promise.resolve(client[method](...args)).catch(() => {});
    return octets;
  }

  /** As `respond`, of a handler whose result holds pipes. */
  async answer(method: string, octets: Buffer, result: unknown): Promise<Buffer> {
    let response: Promise<Buffer> = Promise.resolve(Buffer.alloc(0));
    const respond = (value: unknown, write: Write): void => {
      response = Promise.resolve(value).then((settled) => this.#encode(settled, write));
    };
    this.#serve(method, octets, () => result, respond);
    return response;
  }

  /** What a client's method makes of a response's octets; it may take in pipes first. */
  async responded(method: string, args: readonly unknown[], response: Buffer): Promise<unknown> {
    let result: unknown;
    const client = Object.create(this.definition.client.prototype, {
      call: {
        value: (_opnum: number, _request: unknown, _write: Write, read: (reader: Reader) => unknown) => {
          result = this.#decode(response, read);
        },
      },
    });
    await client[method](...args);
    return result;
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
  ): void {
    const served = this.definition.methods.find(({ name }) => name === method);
    if (served === undefined) throw new Error(`no method ${method}`);
    this.#decode(octets, (reader) => served.serve({ [method]: handler }, reader, { respond }));
  }

  #encode(value: unknown, write: Write): Buffer {
    const writer = this.syntax === "ndr64" ? new Writer64() : new Writer();
    write(writer, value);
    const octets = Buffer.alloc(writer.length);
    writer.copyTo(octets, 0);
    return octets;
  }

  #decode<T>(octets: Buffer, read: (reader: Reader) => T): T {
    const readers = { ndr20: Reader, ndr64: Reader64, "big-endian": BigEndianReader };
    const reader = new readers[this.syntax]();
    reader.attach(octets, 0, octets.length);
    const value = read(reader);
    if (reader.remaining !== 0) throw new Error(`${reader.remaining} octets were not read`);
    return value;
  }
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
