import { Message } from "capnp-es";
import { type Codec, type Exercise, exercise } from "./codec.js";
import { Bytes, type Event, Nested, Points, Small } from "./gen/codecs_capnp.js";
import type { EventData, MessageName, Messages, NestedData } from "./messages.js";

/** Its messages are read in place: what is measured is that every field is set, and that every field is read once. */
export const capnpEs: Codec = {
  name: "capnp-es",
  description: "a Message with every field set, and every field read from one",
  packages: ["capnp-es"],
  prepare: <N extends MessageName>(name: N, value: Messages[N]): Exercise => prepare[name](value),
};

const prepare: { readonly [N in MessageName]: (value: Messages[N]) => Exercise } = {
  small: (value) => exercise(value, encodeSmall, decodeSmall, same),
  nested: (value) => exercise(value, encodeNested, decodeNested, same),
  bytes: (value) => exercise(value, encodeBytes, decodeBytes, ({ data }) => ({ data: new Uint8Array(data) })),
  structs: (value) => exercise(value, encodePoints, decodePoints, same),
};

const same = <T>(decoded: T): T => decoded;

function octetsOf(message: Message): Uint8Array {
  return new Uint8Array(message.toArrayBuffer());
}

function messageOf(octets: Uint8Array): Message {
  // Unpacked, as toArrayBuffer makes it.
  return new Message(octets, false);
}

function encodeSmall(value: Messages["small"]): Uint8Array {
  const message = new Message();
  const small = message.initRoot(Small);
  small.id = value.id;
  small.state = value.state;
  small.enabled = value.enabled;
  small.load = value.load;
  small.priority = value.priority;
  small.name = value.name;
  return octetsOf(message);
}

function decodeSmall(octets: Uint8Array): Messages["small"] {
  const { id, state, enabled, load, priority, name } = messageOf(octets).getRoot(Small);
  return { id, state, enabled, load, priority, name };
}

function encodeNested(value: NestedData): Uint8Array {
  const message = new Message();
  const nested = message.initRoot(Nested);
  nested.name = value.name;
  nested.displayName = value.displayName;
  nested.description = value.description;
  nested.path = value.path;
  nested.account = value.account;
  nested.groupName = value.groupName;
  nested.revision = value.revision;
  nested.state = value.state;
  nested.pid = value.pid;
  nested.parent = value.parent;
  nested.exitCode = value.exitCode;
  nested.restarts = value.restarts;
  nested.handles = value.handles;
  nested.threads = value.threads;
  nested.priority = value.priority;
  nested.session = value.session;
  nested.port = value.port;
  nested.weight = value.weight;
  nested.automatic = value.automatic;
  nested.interactive = value.interactive;
  nested.paused = value.paused;
  nested.critical = value.critical;
  nested.started = value.started;
  nested.cpu = value.cpu;
  nested.memory = value.memory;
  nested.uptime = value.uptime;
  const limits = nested._initLimits();
  limits.memory = value.limits.memory;
  limits.handles = value.limits.handles;
  limits.threads = value.limits.threads;
  limits.cpu = value.limits.cpu;
  const samples = nested._initSamples(value.samples.length);
  for (const [i, sample] of value.samples.entries()) samples.set(i, sample);
  const tags = nested._initTags(value.tags.length);
  for (const [i, tag] of value.tags.entries()) tags.set(i, tag);
  const events = nested._initEvents(value.events.length);
  for (const [i, event] of value.events.entries()) setEvent(events.get(i), event);
  return octetsOf(message);
}

function setEvent(event: Event, value: EventData): void {
  event.time = value.time;
  event.code = value.code;
  event.handled = value.handled;
  event.source = value.source;
  event.text = value.text;
}

function decodeNested(octets: Uint8Array): NestedData {
  const nested = messageOf(octets).getRoot(Nested);
  const { limits, samples, tags, events } = nested;
  return {
    name: nested.name,
    displayName: nested.displayName,
    description: nested.description,
    path: nested.path,
    account: nested.account,
    groupName: nested.groupName,
    revision: nested.revision,
    state: nested.state,
    pid: nested.pid,
    parent: nested.parent,
    exitCode: nested.exitCode,
    restarts: nested.restarts,
    handles: nested.handles,
    threads: nested.threads,
    priority: nested.priority,
    session: nested.session,
    port: nested.port,
    weight: nested.weight,
    automatic: nested.automatic,
    interactive: nested.interactive,
    paused: nested.paused,
    critical: nested.critical,
    started: nested.started,
    cpu: nested.cpu,
    memory: nested.memory,
    uptime: nested.uptime,
    limits: {
      memory: limits.memory,
      handles: limits.handles,
      threads: limits.threads,
      cpu: limits.cpu,
    },
    samples: Array.from({ length: samples.length }, (_, i) => samples.get(i)),
    tags: Array.from({ length: tags.length }, (_, i) => tags.get(i)),
    events: Array.from({ length: events.length }, (_, i) => {
      const { time, code, handled, source, text } = events.get(i);
      return { time, code, handled, source, text };
    }),
  };
}

function encodeBytes({ data }: Messages["bytes"]): Uint8Array {
  const message = new Message();
  message.initRoot(Bytes)._initData(data.length).copyBuffer(data);
  return octetsOf(message);
}

function decodeBytes(octets: Uint8Array): { data: Uint8Array } {
  return { data: messageOf(octets).getRoot(Bytes).data.toUint8Array() };
}

function encodePoints({ items }: Messages["structs"]): Uint8Array {
  const message = new Message();
  const points = message.initRoot(Points)._initItems(items.length);
  for (const [i, value] of items.entries()) {
    const point = points.get(i);
    point.id = value.id;
    point.x = value.x;
    point.y = value.y;
    point.kind = value.kind;
    point.visible = value.visible;
    point.weight = value.weight;
  }
  return octetsOf(message);
}

function decodePoints(octets: Uint8Array): Messages["structs"] {
  const { items } = messageOf(octets).getRoot(Points);
  return {
    items: Array.from({ length: items.length }, (_, i) => {
      const { id, x, y, kind, visible, weight } = items.get(i);
      return { id, x, y, kind, visible, weight };
    }),
  };
}
