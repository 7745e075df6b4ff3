import { parentPort, workerData } from "node:worker_threads";
import { loadAlpcLibrary } from "./alpc-library.js";
import { AttributeBuffer, getWord, setWord } from "./attribute-buffer.js";
import { FILE_IO_COMPLETION_INFORMATION } from "./layout/generic-structures.js";
import { PORT_MESSAGE } from "./layout/port-structures.js";
import { Status } from "./layout/status.js";
import { isSuccess } from "./nt-status.js";
import { COMMAND_KEY, Command, RETIRED, type WorkerData } from "./receive-commands.js";
import { RingWriter } from "./receive-ring.js";
import { dataView, ownMemory } from "./structures.js";
import { systemLibrary } from "./system-library.js";

/**
 * The thread that waits for all ports of a process, on one completion port. A wake-up may stand for any number of messages, or
 * none: each announced port is drained with timeout 0, a share at a time, and what came goes into the ring, with one
 * notice to the main thread per batch.
 */
const { library, completionPort, state, data }: WorkerData = workerData;
const alpc = loadAlpcLibrary(library);
const system = systemLibrary();
const ring = new RingWriter({ state, data });

/** Packets taken at once, and messages taken from one port before the next has its turn. */
const MAX_PACKETS = 64;
const MESSAGES_PER_TURN = 64;
/**
 * Milliseconds after which ports are looked at without an announcement. Whether the end of a connect, or of a server, is
 * announced at all is not documented: a port that is being connected is looked at often, one that is connected seldom.
 */
const CONNECT_CHECK = 15;
const LIVENESS_CHECK = 1_000;

interface ReceivingPort {
  readonly id: number;
  readonly handle: number;
  isConnecting: boolean;
  /** The port has told its end: nothing more is received from it. */
  isOver: boolean;
}

const ports = new Map<number, ReceivingPort>();
const ready = new Set<ReceivingPort>();
const packets = ownMemory(MAX_PACKETS * FILE_IO_COMPLETION_INFORMATION.size);
const packetView = dataView(packets);
const removed = ownMemory(4);
const removedView = dataView(removed);
const waitTime = ownMemory(8);
const waitTimeView = dataView(waitTime);
const noTime = ownMemory(8);
const message = ownMemory(0x1_0000);
const messageView = dataView(message);
const capacity = ownMemory(8);
const capacityView = dataView(capacity);
const attributes = new AttributeBuffer("VIEW", "CONTEXT", "HANDLE", "TOKEN");
const empty = new Uint8Array(0);

let isRunning = true;
let hasNews = false;
let lastLook = performance.now();

function notify(): void {
  if (hasNews && ring.takeWake()) parentPort?.postMessage(null);
  hasNews = false;
}

function wakeForRoom(): void {
  hasNews = true;
  notify();
}

/** Milliseconds between two looks at ports that were not announced; null: there are none to look at. */
function lookInterval(): number | null {
  let result: number | null = null;
  for (const port of ports.values()) {
    if (port.isConnecting) return CONNECT_CHECK;
    if (!port.isOver) result = LIVENESS_CHECK;
  }
  return result;
}

/** Milliseconds to wait for packets; null: as long as it takes. */
function patience(interval: number | null): number | null {
  if (ready.size > 0) return 0;
  return interval === null ? null : Math.max(0, Math.ceil(lastLook + interval - performance.now()));
}

function harvest(): void {
  const interval = lookInterval();
  const milliseconds = patience(interval);
  if (milliseconds !== null) setWord(waitTimeView, 0, milliseconds * -10_000);
  const status = system.NtRemoveIoCompletionEx(
    completionPort,
    packets,
    MAX_PACKETS,
    removed,
    milliseconds === null ? null : waitTime,
    0,
  );
  if (interval !== null && performance.now() >= lastLook + interval) {
    lastLook = performance.now();
    for (const port of ports.values()) if (!port.isOver) ready.add(port);
  }
  if (status === Status.TIMEOUT) return;
  if (!isSuccess(status)) throw new Error(`NtRemoveIoCompletionEx: 0x${status.toString(16)}`);
  const count = removedView.getUint32(0, true);
  for (let i = 0; i < count; i++) onPacket(i * FILE_IO_COMPLETION_INFORMATION.size);
}

function onPacket(at: number): void {
  const key = getWord(packetView, at + FILE_IO_COMPLETION_INFORMATION.KeyContext);
  if (key !== COMMAND_KEY) {
    const port = ports.get(key);
    if (port !== undefined && !port.isOver) ready.add(port);
    return;
  }
  const id = getWord(packetView, at + FILE_IO_COMPLETION_INFORMATION.ApcContext);
  const handle = getWord(packetView, at + FILE_IO_COMPLETION_INFORMATION.IoInformation);
  const port = ports.get(id);
  switch (packetView.getUint32(at + FILE_IO_COMPLETION_INFORMATION.IoStatus, true)) {
    case Command.OPEN:
      ports.set(id, { id, handle, isConnecting: true, isOver: false });
      break;
    case Command.SETTLED:
      if (port !== undefined) port.isConnecting = false;
      break;
    case Command.RETIRE:
      if (port !== undefined) ready.delete(port);
      ports.delete(id);
      hasNews = true;
      ring.write(id, RETIRED, empty, empty, wakeForRoom);
      break;
    default:
      isRunning = false;
  }
}

/** Receives a share; true if there may be more. */
function drain(port: ReceivingPort): boolean {
  for (let i = 0; i < MESSAGES_PER_TURN; i++) {
    attributes.reset();
    setWord(capacityView, 0, message.length);
    const status = alpc.NtAlpcSendWaitReceivePort(
      port.handle,
      0,
      null,
      null,
      message,
      capacity,
      attributes.bytes,
      noTime,
    );
    if (status === Status.TIMEOUT || status === Status.ALERTED || status === Status.USER_APC) return false;
    // A waitable client port may say so of an empty queue.
    if (status === Status.UNSUCCESSFUL) return false;
    hasNews = true;
    if (!isSuccess(status)) {
      port.isOver = true;
      ring.write(port.id, status, empty, empty, wakeForRoom);
      return false;
    }
    const length = messageView.getUint16(PORT_MESSAGE.TotalLength, true);
    const whole = Math.max(length, PORT_MESSAGE.size);
    ring.write(port.id, status, message.subarray(0, whole), attributes.bytes, wakeForRoom);
  }
  return true;
}

while (isRunning && !ring.isStopping) {
  harvest();
  for (const port of [...ready]) if (!drain(port)) ready.delete(port);
  notify();
}
