/**
 * One player of ping-pong-threads.test.ts: sends numbered messages back and forth over two rings, and sleeps where a port
 * would (Atomics.wait for the doorbell). Between all steps it takes a while, now and then.
 */
import { parentPort, workerData } from "node:worker_threads";

const { memory, doorbells, side, rounds, seed, modules } = workerData;
const { nextSleep } = await import(`${modules}/completion-list/bell.js`);
const { ringsOf } = await import(`${modules}/completion-list/list-memory.js`);
const { ListProducer } = await import(`${modules}/completion-list/list-producer.js`);
const { ListConsumer } = await import(`${modules}/completion-list/list-consumer.js`);
const { InboundPacket } = await import(`${modules}/inbound-packet.js`);

const { requests, replies } = ringsOf(memory);
const isServer = side === "server";
const producer = new ListProducer(isServer ? replies : requests);
const consumer = new ListConsumer(isServer ? requests : replies);
const packet = new InboundPacket(Buffer.allocUnsafeSlow(65_536), true);
const bells = new Int32Array(doorbells);
const [mine, theirs] = isServer ? [0, 1] : [1, 0];
let state = seed | 1;
let sleeps = 0;

/** Usually nothing; sometimes some hundred nanoseconds, seldom some microseconds. */
function dawdle() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  const chance = state & 0xff;
  if (chance > 40) return;
  for (let i = chance === 0 ? 3_000 : chance * 4; i > 0; i--) Atomics.load(bells, 2);
}

function send(number) {
  const length = 40 + (number % 50) * 8;
  const at = producer.reserve(length);
  if (at < 0) throw new Error(`no room for message ${number}`);
  producer.words[(at >> 2) + 6] = number;
  dawdle();
  producer.commit(length, 0);
  dawdle();
  producer.publish();
  dawdle();
  if (!producer.mustRing()) return;
  dawdle();
  Atomics.store(bells, theirs, 1);
  dawdle();
  Atomics.notify(bells, theirs);
}

function receive(expected) {
  for (let looks = 0; ; looks++) {
    const length = consumer.take(packet, 65_536, 0);
    if (length > 0) {
      dawdle();
      consumer.publish();
      const number = packet.words[6];
      if (number !== expected) throw new Error(`message ${number} instead of ${expected}`);
      return;
    }
    dawdle();
    if (looks % 8 !== 7) continue;
    consumer.goToSleep(nextSleep());
    dawdle();
    if (!consumer.hasEntries()) {
      sleeps++;
      if (Atomics.wait(bells, mine, 0, 1_000) === "timed-out") throw new Error(`asleep at ${expected}`);
      Atomics.store(bells, mine, 0);
    }
    dawdle();
    consumer.wakeUp();
    dawdle();
  }
}

for (let i = 0; i < rounds; i++) {
  if (!isServer) send(i);
  receive(i);
  if (isServer) send(i);
}
parentPort.postMessage(sleeps);
