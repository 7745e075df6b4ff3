import { AlpcError } from "../error.js";
import type { View } from "../view.js";
import { nextSleep } from "./completion-list/bell.js";
import type { Connection } from "./connection.js";
import { C, Errno } from "./libc.js";
import type { PortAttachments } from "./port-attachments.js";
import { systemError } from "./system-error.js";

/** struct pollfd { i32 fd, i16 events, i16 revents }. */
const pollfd = new Int32Array(2);
const pollfdOctets = Buffer.from(pollfd.buffer);

/** Looks between two readings of the clock. */
const LOOKS = 64;

/**
 * Blocks the thread until a message of this connection, or its end, has been handed on: true; false when the time is over.
 * Nothing else of the thread is served meanwhile. Throws AlpcError INVALID_PARAMETER while messages are being handed on.
 */
export function waitForMessages(connection: Connection, milliseconds: number): boolean {
  const { completion, outbox } = connection.machinery;
  if (completion.inTurn) {
    throw new AlpcError(
      "INVALID_PARAMETER",
      "a thread that is handing messages on cannot wait for more of them",
    );
  }
  const deadline = performance.now() + milliseconds;
  for (;;) {
    outbox.flush();
    completion.poller.ringAll();
    if (connection.isEnded) return true;
    const events = look(connection) ? 0 : sleep(connection, deadline);
    completion.beginBatch();
    const messages = events === 0 ? connection.pollList() : connection.takeNow(events);
    completion.endBatch();
    if (messages > 0 || connection.isEnded) return true;
    if (events === 0 && performance.now() >= deadline) return false;
  }
}

/** Blocks the thread until the server has made room for `size` octets. Throws AlpcError. */
export function waitForView(
  connection: Connection,
  attachments: PortAttachments,
  size: number,
  milliseconds: number,
): View {
  const deadline = performance.now() + milliseconds;
  const answer: { view: View | null; error: AlpcError | null } = { view: null, error: null };
  const wish = attachments.allocateViewLater(size, {
    grant: (view) => {
      answer.view = view;
    },
    refuse: (error) => {
      answer.error = error;
    },
  });
  if (typeof wish !== "function") return wish;
  for (;;) {
    if (answer.error !== null) throw answer.error;
    if (answer.view !== null) return answer.view;
    if (connection.isEnded) throw new AlpcError("PORT_DISCONNECTED", "the connection is closed");
    const left = deadline - performance.now();
    if (left <= 0) break;
    waitForMessages(connection, left);
  }
  wish();
  throw new AlpcError("TIMEOUT", `no view of ${size} octets in ${milliseconds} ms`);
}

/** Looks into the completion list for as long as that may pay: whether there is something in it. */
function look({ list, machinery }: Connection): boolean {
  if (list === null || !list.isOpen) return false;
  if (list.hasNews()) return true;
  const { poller } = machinery.completion;
  const start = performance.now();
  const allowance = poller.allowance(start);
  if (allowance === 0) return false;
  list.wakeUp();
  let now = start;
  do {
    for (let i = 0; i < LOOKS; i++) if (list.hasNews()) return true;
    now = performance.now();
  } while (now < start + allowance);
  poller.spent(now - start);
  return false;
}

/** Sleeps until the system has something for the connection: its events, or 0 for what came into the list, a signal or the end of the time. */
function sleep(connection: Connection, deadline: number): number {
  const { fd, list, machinery } = connection;
  const { libc } = machinery;
  if (list !== null && !list.goToSleep(nextSleep())) return 0;
  const left = Math.min(Math.ceil(deadline - performance.now()), 0x7fff_ffff);
  pollfd[0] = fd;
  pollfd[1] = C.EPOLLIN | (connection.output.isBlocked ? C.EPOLLOUT : 0);
  const ready = libc.poll(pollfdOctets, 1, deadline === Number.POSITIVE_INFINITY ? -1 : Math.max(left, 0));
  if (list !== null) list.wakeUp();
  if (ready < 0) {
    const errno = libc.errno();
    if (errno !== Errno.EINTR) throw systemError(libc, "waiting for a message", errno);
  }
  return ready > 0 ? (pollfd[1] ?? 0) >>> 16 : 0;
}
