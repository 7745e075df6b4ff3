// A service for the memory suite: each request's payload is JSON { op, ... }, each reply's { ok, ... }.
import { closeSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

const HEADER = 0x28;
const REQUEST = 1;
const REPLY = 2;

/**
 * Descriptors and section mappings of this process: what a connection could leak. What Node's own threads open is not counted, nor
 * the system's load, which is kept open once it has been looked at.
 */
export function ownResources() {
  const maps = readFileSync("/proc/self/maps", "latin1").split("\n");
  const names = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The descriptor of this very listing.
      return "";
    }
  });
  return {
    descriptors: names.filter((name) => !/^$|^pipe:|eventfd|eventpoll|^\/proc\/loadavg$/.test(name)).length,
    mappings: maps.filter((line) => line.includes("ncalrpc-section")).length,
  };
}

/** A descriptor that lets the user of this process connect, and nobody else. */
function ownerOnly(kernel) {
  const { user } = kernel.currentToken();
  const aces = [{ type: "allowed", flags: 0, mask: 1, sid: user }];
  return { owner: user, group: null, sacl: null, dacl: { flags: 0, aces } };
}

function sum(bytes) {
  let total = 0;
  for (let i = 0; i < bytes.length; i++) total += bytes[i];
  return total;
}

/** What each `op` does with a request and what came with it; answers [reply, attributes]. */
const operations = {
  /** The same octets back, in a view of the server's. */
  async echo({ port, view }) {
    const reply = await port.allocateView(view.size);
    reply.bytes.set(view.bytes);
    return [{ size: view.size }, { view: reply }];
  },
  async sum({ view }) {
    return [{ size: view.size, sum: sum(view.bytes), isSecured: view.isSecured }];
  },
  /** A view of `size` octets, all of them `value`. */
  async fill({ port, size, value }) {
    const view = await port.allocateView(size);
    view.bytes.fill(value);
    return [{}, { view }];
  },
  /** Keeps its views for good. */
  async keep(request) {
    kept.push(request.view);
    request.view = null;
    return [{}];
  },
  async resources() {
    return [ownResources()];
  },
  async connections({ service }) {
    return [{ connections: service.connections.size }];
  },
  async readMemory({ port, entries, extra = 0 }) {
    const sums = [];
    for (const entry of entries) {
      const target = Buffer.alloc(entry.size + extra);
      await port.readPeerMemory(entry, target);
      sums.push(sum(target));
    }
    return [{ sums }];
  },
  async writeMemory({ port, entries, value }) {
    for (const entry of entries) await port.writePeerMemory(entry, Buffer.alloc(entry.size, value));
    return [{}];
  },
  async handles({ handles }) {
    return [{ kinds: handles.map(({ kind }) => kind) }];
  },
  /** What a file or pipe holds, read through the handle that came. */
  async readHandle({ handles }) {
    const fd = handles[0].take();
    const text = readFileSync(fd, "utf8");
    closeSync(fd);
    return [{ text }];
  },
  async die() {
    process.kill(process.pid, "SIGKILL");
  },
};
const kept = [];

function reply(port, id, value, attributes) {
  const payload = Buffer.from(JSON.stringify(value));
  const bytes = Buffer.concat([Buffer.alloc(HEADER), payload]);
  if (!port.isClosed) port.send(REPLY, bytes, bytes.length, id, 0, attributes);
}

async function answer(service, port, id, request) {
  try {
    const [value, attributes] = await operations[request.op]({ ...request, service, port });
    reply(port, id, { ok: true, ...value }, attributes);
  } catch (error) {
    reply(port, id, { ok: false, status: error.status ?? "?", message: error.message });
  }
}

/** Starts the service under a name of `kernel`. */
export function startMemoryService(kernel, name, options = {}) {
  const handler = {
    onConnect: (request) => void request.accept(),
    onMessage(port, message) {
      const { view, handles, dataEntries, messageId, type } = message;
      const text = message.buffer.toString("utf8", message.start, message.start + message.length);
      if (type !== REQUEST) return;
      const request = { ...JSON.parse(text), view, handles: [...handles], entries: [...dataEntries] };
      const isKept = request.op === "keep";
      void answer(service, port, messageId, request).then(() => {
        if (!isKept) view?.release();
        for (const handle of request.handles) handle.close();
      });
    },
    onClosed() {},
  };
  const service = kernel.createPort(
    name,
    {
      securityDescriptor: ownerOnly(kernel),
      acceptHandles: true,
      directMemory: { allow: "same-user", deadline: 2_000 },
      ...options,
    },
    handler,
  );
  return service;
}
