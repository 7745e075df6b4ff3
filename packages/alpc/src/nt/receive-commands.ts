/**
 * What the main thread tells the receive worker, as packets on the completion port that it waits on: KeyContext is
 * COMMAND_KEY, ApcContext the port's id, IoStatus the command, Information the handle. Packets come in the order in which they were
 * posted, so that a port is known before its first message is announced.
 */
export const COMMAND_KEY = 0;
export const Command = {
  /** A port of this process receives: messages are announced under its id. */
  OPEN: 1,
  /** The port is no longer used: the worker closes it, since only it knows that it is not just receiving from it. */
  CLOSE: 2,
  /** A connect is decided: the port need not be looked at without an announcement any more. */
  SETTLED: 3,
  STOP: 4,
} as const;

/** What a port is to the worker: connecting ports and client ports are also looked at from time to time. */
export interface WorkerData {
  readonly library: string;
  readonly completionPort: number;
  readonly state: SharedArrayBuffer;
  readonly data: SharedArrayBuffer;
}
