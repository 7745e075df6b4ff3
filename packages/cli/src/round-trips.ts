import type { ClientConnection } from "@ncalrpc/runtime";

/** The management interface (C706 appendix Q), and its procedure that does the least. */
const MANAGEMENT = { uuid: "afa8bd80-7d8a-11c9-bef4-08002b102989", version: { major: 1, minor: 0 } };
const IS_SERVER_LISTENING = 2;

/** Milliseconds of `count` calls, one after the other, of a procedure that every server has. Rejects with RpcError. */
export async function measureRoundTrips(
  connection: ClientConnection,
  count: number,
  timeout: number,
): Promise<number[]> {
  const { bindingId } = await connection.bind(MANAGEMENT, false);
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const start = performance.now();
    await connection.call(
      bindingId,
      IS_SERVER_LISTENING,
      undefined,
      () => {},
      () => {},
      { timeout },
    );
    times.push(performance.now() - start);
  }
  return times;
}

export interface Summary {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Of at least one number. */
export function summarize(numbers: readonly number[]): Summary {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { min: at(0), median, max: at(sorted.length - 1) };
}
