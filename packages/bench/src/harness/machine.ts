import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** GiB. */
  readonly memory: number;
  readonly kernel: string;
  readonly node: string;
  /** What built the floors; null if nothing could. */
  readonly compiler: string | null;
  /** Commit of this repository, with "-dirty" if files differ from it; null where git does not tell. */
  readonly commit: string | null;
  /** Of the peers measured. */
  readonly packages: Readonly<Record<string, string>>;
}

/** How busy the machine is while the bench itself does nothing. */
export interface Load {
  /** Over 1, 5 and 15 minutes; later runs see the bench's own load in it. */
  readonly average: readonly number[];
  /** Share of all cores that other programs used during the sample, 0 to 1. */
  readonly busyShare: number;
}

/** From here on the figures of a run are not to be trusted. */
const BUSY_SHARE = 0.1;
const SAMPLE_TIME = 250;

export function isBusy(load: Load): boolean {
  return load.busyShare > BUSY_SHARE;
}

export function describeMachine(packages: Iterable<string>, compiler: string | null = null): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.version,
    compiler,
    commit: currentCommit(),
    packages: Object.fromEntries([...packages].map((name) => [name, installedVersion(name)])),
  };
}

function currentCommit(): string | null {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty", "--exclude", "*"], {
      cwd: dirname(fileURLToPath(import.meta.url)),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

/** To be called while no child of the bench is running. */
export async function sampleLoad(): Promise<Load> {
  const before = processorTimes();
  await sleep(SAMPLE_TIME);
  const after = processorTimes();
  const total = after.total - before.total;
  return { average: loadavg(), busyShare: total === 0 ? 0 : (after.busy - before.busy) / total };
}

function processorTimes(): { busy: number; total: number } {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const used = times.user + times.nice + times.sys + times.irq;
    busy += used;
    total += used + times.idle;
  }
  return { busy, total };
}

/** Not every package exports its package.json, so it is looked for above what can be found of the package. */
function installedVersion(name: string): string {
  let directory = dirname(fileOf(name));
  for (;;) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
      if (isManifest(manifest) && manifest.name === name) {
        return manifest.version;
      }
    } catch {
      // No package.json here: the one wanted is further up.
    }
    const parent = dirname(directory);
    if (parent === directory) {
      return "unknown";
    }
    directory = parent;
  }
}

/** A file of a package: its entry or, of one that only has programs, its package.json. */
function fileOf(name: string): string {
  const { resolve } = createRequire(import.meta.url);
  try {
    return resolve(name);
  } catch {
    return resolve(`${name}/package.json`);
  }
}

function isManifest(value: unknown): value is { name: string; version: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    "version" in value &&
    typeof value.version === "string"
  );
}
