import { median } from "../harness/statistics.js";
import type { MessageName } from "./messages.js";
import type { CodecReport } from "./run-codecs.js";

/** A promise about how our codec compares with another one: their time over ours, encoding and decoding together. */
interface CodecTarget {
  readonly promise: string;
  readonly message: MessageName;
  readonly peer: string;
  readonly atLeast: number;
}

export interface CodecTargetResult extends CodecTarget {
  /** The median over the runs of the ratio within a run; null if one of the two was not measured. */
  readonly measured: number | null;
  readonly met: boolean | null;
}

const OURS = "ncalrpc";

const TARGETS: readonly CodecTarget[] = [
  { promise: "nested: 3 times as fast as protobuf-es", message: "nested", peer: "protobuf-es", atLeast: 3 },
  { promise: "nested: faster than JSON", message: "nested", peer: "json-text", atLeast: 1 },
  { promise: "bytes: within 1.5 times of a copy", message: "bytes", peer: "memcpy", atLeast: 1 / 1.5 },
];

export function checkCodecTargets(report: CodecReport): CodecTargetResult[] {
  return TARGETS.map((target) => {
    const measured = ratio(report, target.peer, target.message);
    return { ...target, measured, met: measured === null ? null : measured >= target.atLeast };
  });
}

/** How many times as long as ours a codec takes for a message, encoding and decoding together. */
export function ratio(report: CodecReport, codec: string, message: MessageName): number | null {
  const runsOf = (name: string): readonly number[] =>
    report.records.find((record) => record.codec === name && record.message === message)?.runs ?? [];
  const ours = runsOf(OURS);
  const ratios = runsOf(codec).flatMap((time, run) => {
    const own = ours[run];
    return own === undefined ? [] : time / own;
  });
  return ratios.length === 0 ? null : median(ratios);
}
