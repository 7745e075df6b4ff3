import type { Values } from "../scenario.js";
import { payloadMetrics, throughput } from "../scenarios/payload-metrics.js";
import { FULL } from "../settings.js";
import type { NativeSystem } from "../system.js";

function pingPong(name: string, native: string, description: string): NativeSystem {
  return {
    name,
    description: `floor, C: ${description}`,
    kind: "floor",
    packages: [],
    native,
    only: ["unary"],
    unavailable: {},
    arguments: ({ warmup, duration }) => [warmup, duration].map((time) => Math.ceil(time / 2).toString()),
    values: (printed) => printed,
  };
}

/** What the kernel takes for a packet there and back. */
export const cSeqpacket = pingPong(
  "c-seqpacket",
  "seqpacket",
  "64 octets by SOCK_SEQPACKET between two processes, both blocked in the kernel",
);

/** What the processors take, if two of them do nothing else. */
export const cSharedMemory = pingPong(
  "c-shared-memory",
  "shared-spin",
  "64 octets by shared memory between two processes, both spinning (a core each)",
);

function memoryCopy(name: string, mode: "warm" | "new", description: string): NativeSystem {
  return {
    name,
    description: `floor, C: one memcpy ${description}`,
    kind: "floor",
    packages: [],
    native: "memcpy",
    only: ["payload"],
    unavailable: {},
    arguments: ({ payloadDuration, payloadSizes }) => [
      Math.ceil(payloadDuration / 2).toString(),
      mode,
      ...payloadSizes.map(String),
    ],
    values: copyThroughput,
  };
}

/** One copy is the floor of every direction. From milliseconds by size. */
function copyThroughput(printed: Values): Values {
  const values: Record<string, number> = {};
  for (const { name, size } of payloadMetrics(FULL.payloadSizes)) {
    const time = printed[size];
    if (time !== undefined && time > 0) {
      values[name] = throughput(size, time);
    }
  }
  return values;
}

/** The receiver has a buffer that it used before. */
export const cMemcpy = memoryCopy("c-memcpy", "warm", "into memory that has been written before");

/** The receiver takes new memory from the kernel, as one that keeps what it received has to. */
export const cMemcpyNew = memoryCopy("c-memcpy-new", "new", "into new pages of the kernel");

/** Two copies, at the same time: what is left of two processes that share no memory of their users. */
export const cMemcpyAcross: NativeSystem = {
  name: "c-memcpy-across",
  description:
    "floor, C: from one process into another by shared memory, copied in and out at the same time (a core each), all of it " +
    "memory that has been written before",
  kind: "floor",
  packages: [],
  native: "memcpy-across",
  only: ["payload"],
  unavailable: {},
  arguments: ({ payloadDuration, payloadSizes }) => [
    Math.ceil(payloadDuration / 2).toString(),
    ...payloadSizes.map(String),
  ],
  values: copyThroughput,
};
