/** The values that are encoded and decoded, as plain data; each codec makes its own form of them. */
export interface Messages {
  readonly small: SmallData;
  readonly nested: NestedData;
  readonly bytes: { readonly data: Uint8Array };
  readonly structs: { readonly items: readonly PointData[] };
}

export type MessageName = keyof Messages;

export interface SmallData {
  readonly id: number;
  readonly state: 0 | 1 | 2 | 3;
  readonly enabled: boolean;
  readonly load: number;
  readonly priority: number;
  readonly name: string;
}

export interface EventData {
  readonly time: number;
  readonly code: number;
  readonly handled: boolean;
  readonly source: string;
  readonly text: string;
}

export interface NestedData {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly path: string;
  readonly account: string;
  readonly groupName: string;
  readonly revision: string;
  readonly state: 0 | 1 | 2 | 3;
  readonly pid: number;
  readonly parent: number;
  readonly exitCode: number;
  readonly restarts: number;
  readonly handles: number;
  readonly threads: number;
  readonly priority: number;
  readonly session: number;
  readonly port: number;
  readonly weight: number;
  readonly automatic: boolean;
  readonly interactive: boolean;
  readonly paused: boolean;
  readonly critical: boolean;
  readonly started: number;
  readonly cpu: number;
  readonly memory: number;
  readonly uptime: number;
  readonly limits: {
    readonly memory: number;
    readonly handles: number;
    readonly threads: number;
    readonly cpu: number;
  };
  readonly samples: readonly number[];
  readonly tags: readonly string[];
  readonly events: readonly EventData[];
}

export interface PointData {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly kind: number;
  readonly visible: boolean;
  readonly weight: number;
}

export const MESSAGES: Readonly<Record<MessageName, string>> = {
  small: "6 fields, flat",
  nested: "30 fields, strings, arrays, structs",
  bytes: "1 MiB of bytes",
  structs: "10,000 structs of 6 fields",
};

export const MESSAGE_NAMES: readonly MessageName[] = ["small", "nested", "bytes", "structs"];

const OCTETS = 0x10_0000;
const STRUCTS = 10_000;
const SAMPLES = 16;

/** New objects each time, always of the same values. */
export function makeMessages(): Messages {
  return {
    small: { id: 70_001, state: 2, enabled: true, load: 0.8125, priority: -3, name: "indexer" },
    nested: makeNested(),
    bytes: { data: Uint8Array.from({ length: OCTETS }, (_, i) => (i * 167 + (i >> 8)) & 0xff) },
    structs: {
      items: Array.from({ length: STRUCTS }, (_, i) => ({
        id: i,
        x: (i * 7919) % 65_536,
        y: 1_000 - ((i * 104_729) % 65_536),
        kind: i % 7,
        visible: i % 3 !== 0,
        weight: i / 8 + 0.5,
      })),
    },
  };
}

function makeNested(): NestedData {
  return {
    name: "indexer",
    displayName: "Search indexer",
    description: "Keeps the index of documents up to date while they change.",
    path: "/usr/lib/search/indexer --watch /srv/documents",
    account: "search",
    groupName: "background",
    revision: "4.12.0-rc2",
    state: 2,
    pid: 40_112,
    parent: 1,
    exitCode: -1,
    restarts: 3,
    handles: 211,
    threads: 17,
    priority: -5,
    session: 88,
    port: 8_443,
    weight: 100,
    automatic: true,
    interactive: false,
    paused: false,
    critical: true,
    started: 1_789_000_000.25,
    cpu: 0.0625,
    memory: 182_345_728,
    uptime: 86_400.5,
    limits: { memory: 536_870_912, handles: 4_096, threads: 64, cpu: 0.5 },
    samples: Array.from({ length: SAMPLES }, (_, i) => (i * 7919) % 1_000),
    tags: ["search", "documents", "low-priority", "eu-west"],
    events: Array.from({ length: 4 }, (_, i) => ({
      time: 1_789_000_100.5 + i,
      code: -100 - i,
      handled: i % 2 === 0,
      source: ["watcher", "scanner", "merger", "watcher"][i] ?? "",
      text: `Segment ${i} of 4 was written`,
    })),
  };
}

/** Whether a value, encoded or decoded, is the message of bytes. */
export function isBytes(value: unknown): value is Messages["bytes"] {
  return typeof value === "object" && value !== null && "data" in value && value.data instanceof Uint8Array;
}
