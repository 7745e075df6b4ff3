// Encodes and decodes one message of 30 fields in four structures, as NDR and as JSON text in octets.
// Prints medians over rounds, both sides taking turns. Run: node packages/ndr/bench/against-json.mjs

import { pending, Reader, Writer } from "../dist/index.js";

const writePoint = (w, v) => {
  w.align(8);
  w.float64(v.x);
  w.float64(v.y);
  w.int32(v.layer);
};
const readPoint = (r) => {
  r.align(8);
  return { x: r.float64(), y: r.float64(), layer: r.int32() };
};

const writeOwner = (w, v) => {
  w.align(4);
  w.uint32(v.uid);
  w.uint32(v.gid);
  w.pointer(v.name !== null);
  w.boolean(v.active);
};
const readOwner = (r) => {
  r.align(4);
  return { uid: r.uint32(), gid: r.uint32(), name: r.pointer() ? pending : null, active: r.boolean() };
};

const writeMessage = (w, v) => {
  w.align(8);
  w.boolean(v.enabled);
  w.boolean(v.visible);
  w.boolean(v.locked);
  w.boolean(v.dirty);
  w.uint32(v.id);
  w.uint32(v.parent);
  w.uint32(v.flags);
  w.uint32(v.width);
  w.uint32(v.height);
  w.uint32(v.depth);
  w.uint32(v.generation);
  w.int32(v.left);
  w.int32(v.top);
  w.uint16(v.kind);
  w.uint16(v.priority);
  w.enum16(v.state);
  w.float64(v.scale);
  w.float64(v.angle);
  w.float64(v.opacity);
  writePoint(w, v.from);
  writePoint(w, v.to);
  writeOwner(w, v.owner);
  w.pointer(v.title !== null);
  if (v.owner.name !== null) w.wideString(v.owner.name);
  if (v.title !== null) w.wideString(v.title);
};
const readMessage = (r) => {
  r.align(8);
  const v = {
    enabled: r.boolean(),
    visible: r.boolean(),
    locked: r.boolean(),
    dirty: r.boolean(),
    id: r.uint32(),
    parent: r.uint32(),
    flags: r.uint32(),
    width: r.uint32(),
    height: r.uint32(),
    depth: r.uint32(),
    generation: r.uint32(),
    left: r.int32(),
    top: r.int32(),
    kind: r.uint16(),
    priority: r.uint16(),
    state: r.enum16(),
    scale: r.float64(),
    angle: r.float64(),
    opacity: r.float64(),
    from: readPoint(r),
    to: readPoint(r),
    owner: readOwner(r),
    title: r.pointer() ? pending : null,
  };
  if (v.owner.name !== null) v.owner.name = r.wideString();
  if (v.title !== null) v.title = r.wideString();
  return v;
};

const message = {
  ...{ enabled: true, visible: false, locked: true, dirty: false },
  ...{ id: 70_001, parent: 70_000, flags: 0x8000_0001, width: 1920, height: 1080, depth: 24, generation: 12 },
  ...{ left: -10, top: 25, kind: 3, priority: 200, state: 2, scale: 1.25, angle: -0.5, opacity: 0.75 },
  ...{ from: { x: 1.5, y: 2.5, layer: 1 }, to: { x: 300.25, y: 400.125, layer: 2 } },
  owner: { uid: 1000, gid: 1000, name: "operator", active: true },
  title: "Überwachung",
};

const writer = new Writer({ headroom: 0x68 });
const reader = new Reader();
const sides = {
  "ndr encode": () => {
    writer.reset();
    writeMessage(writer, message);
    return writer.length;
  },
  "json encode": () => Buffer.from(JSON.stringify(message)).length,
  "ndr decode": () => {
    reader.attach(writer.storage, 0x68, writer.length);
    return readMessage(reader).id;
  },
  "json decode": () => JSON.parse(text.toString()).id,
};
const text = Buffer.from(JSON.stringify(message));

const rounds = 15;
const calls = 100_000;
const results = new Map(Object.keys(sides).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, run] of Object.entries(sides)) {
    let sum = 0;
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) sum += run();
    const elapsed = Number(process.hrtime.bigint() - start);
    if (sum <= 0) throw new Error("nothing was done");
    results.get(name).push(elapsed / calls);
  }
}
const median = (name) => results.get(name).sort((a, b) => a - b)[rounds >> 1];
console.log(`octets: ndr ${writer.length}, json ${text.length}`);
for (const name of Object.keys(sides)) console.log(`${name}: ${median(name).toFixed(0)} ns`);
