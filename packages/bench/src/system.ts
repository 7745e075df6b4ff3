import type { ScenarioName } from "./scenario.js";

/** One way to call another process. */
export interface System {
  /** As in `--only`. */
  readonly name: string;
  readonly description: string;
  /** Packages whose versions are printed with the results. */
  readonly packages: readonly string[];
  /** Scenarios that this system cannot do, with the reason. */
  readonly unavailable: Readonly<Partial<Record<ScenarioName, string>>>;
  /**
   * Serves echo and upload at the socket path until the process ends, in a process of its own. Calls `listening` once
   * clients can connect and may occupy the thread after that. Absent where the server can only be a child of its
   * client: `connect` then starts it.
   */
  readonly serve?: (path: string, listening: () => Promise<void>) => Promise<void>;
  /** A new connection of its own, never one shared with an earlier call. */
  connect(path: string): Promise<Channel>;
}

/** The client's end of one connection. */
export interface Channel {
  /** Sends the payload and receives the same octets. */
  echo(payload: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Sends the payload and receives its length. */
  upload(payload: Uint8Array): number | Promise<number>;
  /** What `connect` started, where that was the server. */
  readonly serverStatus?: () => Promise<ServerStatus>;
  close(): void | Promise<void>;
}

/** What a server process has used so far. */
export interface ServerStatus {
  /** User and system time of all threads, microseconds. */
  readonly cpu: number;
  /** Resident set, octets. */
  readonly residentSet: number;
}

/** Status of this process. With `collect`, garbage is collected first where `--expose-gc` allows it. */
export function ownStatus(collect: boolean): ServerStatus {
  if (collect) {
    globalThis.gc?.();
    globalThis.gc?.();
  }
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, residentSet: process.memoryUsage.rss() };
}
