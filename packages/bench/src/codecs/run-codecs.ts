import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describeMachine, isBusy, type Load, type Machine, sampleLoad } from "../harness/machine.js";
import { median } from "../harness/statistics.js";
import type { Codec } from "./codec.js";
import type { MeasureSettings, Timing } from "./measure.js";
import { MESSAGE_NAMES, type MessageName } from "./messages.js";

/** One codec and one message: medians over the runs, in nanoseconds. */
export interface CodecRecord extends Timing {
  readonly codec: string;
  readonly message: MessageName;
  /** Encoding and decoding. */
  readonly both: number;
  /** Encoding and decoding, of each run. */
  readonly runs: readonly number[];
}

export interface CodecReport {
  readonly format: 1;
  /** ISO 8601. */
  readonly started: string;
  readonly runs: number;
  readonly settings: MeasureSettings;
  readonly machine: Machine;
  /** Before the first run and after every run. */
  readonly loads: readonly Load[];
  readonly busy: boolean;
  readonly records: readonly CodecRecord[];
}

export interface CodecPlan {
  readonly codecs: readonly Codec[];
  readonly runs: number;
  readonly settings: MeasureSettings;
  /** One line about what happens now. */
  progress(line: string): void;
}

type Timings = Partial<Record<MessageName, Timing>>;

const program = fileURLToPath(new URL("codec-process.js", import.meta.url));

/** Measures all codecs in turn, each in a new process, and all of them once before any of them again. */
export async function runCodecs({ codecs, runs, settings, progress }: CodecPlan): Promise<CodecReport> {
  const started = new Date().toISOString();
  const loads = [await sampleLoad()];
  const timings = new Map<string, Timings[]>(codecs.map(({ name }) => [name, []]));
  for (let run = 1; run <= runs; run++) {
    for (const { name } of codecs) {
      progress(`run ${run} of ${runs}: ${name}`);
      timings.get(name)?.push(await measureInProcess(name, settings));
    }
    loads.push(await sampleLoad());
  }
  return {
    format: 1,
    started,
    runs,
    settings,
    machine: describeMachine(new Set(codecs.flatMap(({ packages }) => packages))),
    loads,
    busy: loads.some(isBusy),
    records: [...timings].flatMap(([codec, of]) =>
      MESSAGE_NAMES.flatMap((message) => recordOf(codec, message, of)),
    ),
  };
}

async function measureInProcess(name: string, { warmup, duration }: MeasureSettings): Promise<Timings> {
  const args = [program, name, String(warmup), String(duration)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const timings: Timings = JSON.parse(stdout);
  return timings;
}

function recordOf(codec: string, message: MessageName, runs: readonly Timings[]): CodecRecord[] {
  const timings = runs.flatMap((timing) => timing[message] ?? []);
  const [first] = timings;
  if (first === undefined) return [];
  const both = timings.map(({ encode, decode }) => encode + decode);
  return [
    {
      codec,
      message,
      encode: median(timings.map(({ encode }) => encode)),
      decode: median(timings.map(({ decode }) => decode)),
      both: median(both),
      length: first.length,
      runs: both,
    },
  ];
}
