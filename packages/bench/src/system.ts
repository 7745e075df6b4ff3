import type { ScenarioName, Settings, Values } from "./scenario.js";
import type { Direction } from "./scenarios/payload-metrics.js";

interface SystemDescription {
  /** As in `--systems`. */
  readonly name: string;
  readonly description: string;
  /** What it is beside the others: ourselves, ourselves otherwise configured, an alternative, or the least there can be. */
  readonly kind: "ours" | "variant" | "peer" | "floor";
  /** Packages whose versions are printed with the results. */
  readonly packages: readonly string[];
}

/** One way to call another process: a server and clients, each in a process of its own. */
export interface PairedSystem extends SystemDescription {
  readonly native?: never;
  /** Scenarios that this system cannot do, with the reason. */
  readonly unavailable: Readonly<Partial<Record<ScenarioName, string>>>;
  /** The only scenarios that this system is there for. Absent: all but those for variants of ourselves. */
  readonly only?: readonly ScenarioName[];
  /** The only ways to move octets that are measured. Absent: all. */
  readonly directions?: readonly Direction[];
  /** Larger ones are not tried. */
  readonly largestPayload?: { readonly octets: number; readonly reason: string };
  /**
   * Serves the methods of {@link Channel} at the socket path until the process ends, in a process of its own. Calls
   * `listening` once clients can connect and may occupy the thread after that. Absent where the server can only be started by
   * its client: `connect` then starts it.
   */
  readonly serve?: (path: string, listening: () => Promise<void>) => Promise<void>;
  /** A new connection of its own, never one shared with an earlier call. */
  connect(path: string): Promise<Channel>;
}

/** A floor that is a C program, which measures itself. */
export interface NativeSystem extends SystemDescription {
  readonly kind: "floor";
  /** Runs the program of this name from packages/bench/native with these arguments; it prints a JSON object of the metrics. */
  readonly native: string;
  readonly only: readonly ScenarioName[];
  readonly unavailable: Readonly<Partial<Record<ScenarioName, string>>>;
  arguments(settings: Settings): readonly string[];
  /** Brings the program's figures under the names of the scenario's metrics. */
  values(printed: Values): Values;
}

export type System = PairedSystem | NativeSystem;

/** The client's end of one connection. What is not returned as a promise was done before the method returned. */
export interface Channel {
  /**
   * Sends the payload and receives the same octets, in whatever form the system's own stub hands them out: nothing
   * that the stub's user would not pay.
   */
  call(payload: Uint8Array): unknown;
  /** As `call`, as octets. */
  echo(payload: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Sends the payload and receives its length. */
  upload(payload: Uint8Array): number | Promise<number>;
  /** Sends a length and receives that many octets; resolves with their number. Absent where the system cannot. */
  readonly download?: (length: number) => number | Promise<number>;
  /** Keeps a processor of the server busy for this many microseconds. Absent where no scenario asks for it. */
  readonly work?: (microseconds: number) => Promise<unknown>;
  /** What `connect` started, where that was the server. */
  readonly serverStatus?: (query: StatusQuery) => Promise<Status>;
  close(): void | Promise<void>;
}

export interface StatusQuery {
  /** Collect garbage first, where `--expose-gc` allows it. */
  readonly collect?: boolean;
  /** Begin to count what is allocated, or tell it. */
  readonly allocations?: "begin" | "end";
}

/** What a process has used so far. */
export interface Status {
  /** User and system time of all threads, microseconds. */
  readonly cpu: number;
  /** Resident set, octets. */
  readonly residentSet: number;
  /** The part of it that is neither of a file nor shared, octets; 0 where the system does not tell. */
  readonly anonymous: number;
  /** Octets allocated since "begin", on V8's heap and outside of it; 0 unless the query said "end". */
  readonly allocated: number;
}
