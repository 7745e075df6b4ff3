const KIB = 1_024;
const MIB = 1_024 * KIB;

export const DIRECTIONS = ["upload", "download", "echo"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface PayloadMetric {
  readonly name: string;
  readonly direction: Direction;
  /** Octets. */
  readonly size: number;
}

/** Each direction with each size. */
export function payloadMetrics(sizes: readonly number[]): PayloadMetric[] {
  return DIRECTIONS.flatMap((direction) =>
    sizes.map((size) => ({ name: payloadMetric(direction, size), direction, size })),
  );
}

export function payloadMetric(direction: Direction, size: number): string {
  return `${direction} ${formatSize(size)}`;
}

export function formatSize(octets: number): string {
  if (octets >= MIB) {
    return `${octets / MIB} MiB`;
  }
  return octets >= KIB ? `${octets / KIB} KiB` : `${octets} B`;
}

/** MiB a second. */
export function throughput(octets: number, milliseconds: number): number {
  return octets / MIB / (milliseconds / 1_000);
}
