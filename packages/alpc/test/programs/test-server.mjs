/**
 * The server of the port suite. What it does with a connection or a message follows from the first letters of its
 * payload, see below. Runs in the test's own process (loopback) or in one of its own (port-server.mjs).
 */
const HEADER = 0x28;
const REQUEST = 1;
const REPLY = 2;
const DATAGRAM = 3;
const CANCELED = 12;

/** Starts it on a kernel. Returns the connection port. */
export function startTestServer(kernel, name, attributes) {
  const log = {
    connects: 0,
    canceled: [],
    datagrams: [],
    closed: [],
    refused: [],
    senders: [],
    batches: 0,
    requests: 0,
  };
  const waiting = new Map();

  const send = (port, type, text, messageId, attributes) => {
    const bytes = Buffer.alloc(HEADER + Buffer.byteLength(text));
    bytes.write(text, HEADER);
    return port.send(type, bytes, bytes.length, messageId, 0, attributes);
  };

  const onRequest = (port, message) => {
    const { buffer, start, length, messageId, handles } = message;
    for (const handle of handles) handle.close();
    log.requests++;
    const text = buffer.toString("latin1", start, start + Math.min(length, 64));
    const [command = ""] = text.split(" ");
    switch (command) {
      case "never":
        return;
      case "throw":
        throw new Error("a handler that throws");
      case "close":
        port.close();
        return;
      case "log":
        send(port, REPLY, JSON.stringify(log), messageId);
        return;
      case "token":
        send(
          port,
          REPLY,
          JSON.stringify({ user: message.token.user.toString(), pid: message.token.pid }),
          messageId,
        );
        return;
      case "restricted":
        send(port, REPLY, JSON.stringify(message.token.restrictedSids?.map(String) ?? null), messageId);
        return;
      case "datagram":
        send(port, DATAGRAM, "from the server", 0);
        send(port, REPLY, "sent", messageId);
        return;
      case "ask":
        waiting.set(send(port, REQUEST, "what is it?", 0), messageId);
        return;
      case "late":
        setTimeout(() => send(port, REPLY, "late", messageId), 20);
        return;
      case "cancel":
        send(port, CANCELED, "", messageId);
        return;
      case "flood":
        for (let i = 0; i < 200; i++) send(port, DATAGRAM, `${i}`, 0);
        send(port, REPLY, "flooded", messageId);
        return;
      case "view":
        return onView(port, message);
      default: {
        const bytes = Buffer.alloc(HEADER + length);
        buffer.copy(bytes, HEADER, start, start + length);
        port.send(REPLY, bytes, bytes.length, messageId, message.callbackId);
      }
    }
  };

  /** Answers with a view that holds the same octets, each one higher. */
  const onView = (port, { view, messageId }) => {
    const answer = port.allocateView(view.size);
    for (let i = 0; i < view.size; i++) answer.bytes[i] = view.bytes[i] + 1;
    view.release();
    send(port, REPLY, "viewed", messageId, { view: answer });
  };

  const connectionPort = kernel.createPort(name, attributes, {
    onConnect(request) {
      log.connects++;
      const text = Buffer.from(request.payload).toString();
      if (text === "reject") request.reject(Buffer.from("not you"));
      else if (text === "later") setTimeout(() => request.accept(Buffer.from("at last")), 20);
      else if (text === "too late") setTimeout(() => request.accept(), 80);
      else if (text !== "ignore") request.accept(Buffer.from(`welcome ${text}`));
    },
    onRefused: (reason) => log.refused.push(reason.status),
    onMessage(port, message) {
      const { type, messageId, buffer, start, length } = message;
      if (type === REQUEST) onRequest(port, message);
      else if (type === CANCELED) log.canceled.push(messageId);
      else if (type === DATAGRAM) {
        log.datagrams.push(buffer.toString("latin1", start, start + Math.min(length, 64)));
        log.senders.push({ user: message.token.user.toString(), pid: message.token.pid });
      } else if (type === REPLY) {
        send(
          port,
          REPLY,
          `you said ${buffer.toString("latin1", start, start + length)}`,
          waiting.get(messageId),
        );
      }
    },
    onClosed: (_port, reason) => log.closed.push(reason?.status ?? null),
    onBatchEnd: () => {
      log.batches++;
    },
  });
  return connectionPort;
}

/**
 * A descriptor that lets these SIDs connect.
 *
 * @param {import("@ncalrpc/security").Sid} owner
 * @param {import("@ncalrpc/security").Sid[]} sids
 * @returns {import("@ncalrpc/security").SecurityDescriptor}
 */
export function allow(owner, ...sids) {
  return {
    owner,
    group: null,
    sacl: null,
    dacl: { flags: 0, aces: sids.map((sid) => ({ type: "allowed", flags: 0, mask: 1, sid })) },
  };
}
