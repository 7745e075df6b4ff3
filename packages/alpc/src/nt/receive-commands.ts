/**
 * What the main thread tells the receive worker, as packets on the completion port that it waits on: KeyContext is
 * COMMAND_KEY, ApcContext the port's id, IoStatus the command, Information the handle. Packets come in the order in which they were
 * posted, so that a port is known before its first message is announced.
 */
export const COMMAND_KEY = 0;
export const Command = {
  /** A port of this process receives: messages are announced under its id. */
  OPEN: 1,
  /** Nothing more is received from the port: answered with a RETIRED record, after which the main thread may close it. */
  RETIRE: 2,
  /** A connect is decided: the port need not be looked at without an announcement any more. */
  SETTLED: 3,
  STOP: 4,
} as const;

/** The status of the last record of a port; no NTSTATUS. */
export const RETIRED = 0xffff_ffff;

/** What the worker starts with. */
export interface WorkerData {
  readonly library: string;
  readonly completionPort: number;
  readonly state: SharedArrayBuffer;
  readonly data: SharedArrayBuffer;
}
