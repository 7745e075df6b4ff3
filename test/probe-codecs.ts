import { isNdrError, type Reader, Writer } from "@ncalrpc/ndr";
import { type ClientConnection, isRpcError, type ServerCall } from "@ncalrpc/runtime";
import { Counter, Probe, ProbeClient, type ProbeHandlers } from "./dist/gen/probe.js";

/** A decoder that codegen has made, and stub data that it accepts. */
export interface GeneratedDecoder {
  readonly name: string;
  readonly samples: readonly Buffer[];
  /** Throws NdrError or RpcError for stub data that does not fit. */
  decode(reader: Reader): void;
}

const GUID = "0b1d6e4a-9d1f-4a55-8f30-8a4f6a3d7b21";
const record = (name: string | null, values: Int32Array | null) => ({ name, id: -(2n ** 40n), values });

/** One call of every method, with arguments of every shape. */
async function callAll(client: ProbeClient): Promise<void> {
  const counter = new Counter(client, GUID);
  const records = [record("one", Int32Array.of(1, 2, 3)), record(null, null), record("", new Int32Array(0))];
  await Promise.allSettled([
    client.echo("some text \ud83d\ude00"),
    client.add(1, 2),
    client.records(records),
    client.records([]),
    client.upload(Uint8Array.of(1, 2, 3, 4, 5)),
    client.download(100, 7),
    client.sleep(5),
    client.fail(3),
    client.whoAmI(),
    client.privileged(),
    client.openCounter(9),
    client.increment(counter, 4),
    client.closeCounter(counter),
    client.census(),
  ]);
}

/** What the server answers to them. */
const results: ProbeHandlers = {
  echo: (text) => ({ reply: text }),
  add: (a, b) => a + b,
  records: (records) => ({ reply: records }),
  upload: (data) => ({ received: data.length, sum: 1 }),
  download: (length) => ({ data: new Uint8Array(Math.min(length, 1000)) }),
  sleep: () => ({ wasCancelled: false }),
  fail: (kind) => ({ result: kind }),
  whoAmI: () => ({ user: "S-1-22-1-0", pid: 1, tokenId: 2, object: null }),
  privileged: () => {},
  openCounter: () => ({ counter: {} }),
  increment: (_counter, by) => by,
  closeCounter: () => ({ counter: null }),
  census: () => ({ open: 1, runDown: 2, sleeping: 3, connections: 4 }),
};

/** The request and response decoders of the probe interface, without a connection. */
export async function probeDecoders(makeReader: () => Reader): Promise<GeneratedDecoder[]> {
  const decoders = new Map<string, GeneratedDecoder & { samples: Buffer[] }>();
  const add = (name: string, sample: Buffer, decode: (reader: Reader) => void) => {
    const known = decoders.get(name);
    if (known === undefined) {
      decoders.set(name, { name, samples: [sample], decode });
    } else {
      known.samples.push(sample);
    }
  };

  const connection: Pick<ClientConnection, "call"> = {
    call(_bindingId, procNum, request, write, read) {
      const method = Probe.methods[procNum];
      if (method === undefined) throw new Error(`no method ${procNum}`);
      const stubData = octets((writer) => write(writer, request));
      add(`request of ${method.name}`, stubData, (reader) =>
        method.serve(
          results,
          reader,
          silentCall(() => {}),
        ),
      );
      let response: Buffer = Buffer.alloc(0);
      const reader = makeReader();
      reader.attach(stubData, 0, stubData.length);
      method.serve(
        results,
        reader,
        silentCall((written) => {
          response = written;
        }),
      );
      add(`response of ${method.name}`, response, (decoded) => void read(decoded));
      return new Promise(() => {});
    },
  };
  void callAll(
    new ProbeClient({ connection: connection as ClientConnection, bindingId: 1, ownsConnection: false }),
  );
  return [...decoders.values()];
}

/** A call that encodes its answer and sends it nowhere. */
function silentCall(answer: (stubData: Buffer) => void): ServerCall {
  const call: Pick<ServerCall, "respond" | "context" | "contextOrNull" | "contextId" | "closeContext"> = {
    respond: (result, write) => {
      if (!(result instanceof Promise)) answer(octets((writer) => write(writer, result)));
    },
    context: () => ({}),
    contextOrNull: () => ({}),
    contextId: (_typeName, state) => (state === null ? null : GUID),
    closeContext: () => {},
  };
  return call as ServerCall;
}

function octets(write: (writer: Writer) => void): Buffer {
  const writer = new Writer();
  write(writer);
  const result = Buffer.alloc(writer.length);
  writer.copyTo(result, 0);
  return result;
}

/** Whether an error is what a decoder may throw. */
export function isTyped(error: unknown): boolean {
  return isNdrError(error) || isRpcError(error);
}
