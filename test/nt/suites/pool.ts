import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Program } from "./programs.js";

const program = fileURLToPath(new URL("pool-program.js", import.meta.url));
/** A machine that does other things at the same time gets as many tries. */
const TRIES = 3;

/** Medians in milliseconds, see pool-program.ts. */
interface Figures {
  /** Reading a file in another thread: with ports that rest, wait, never rest; and with as much to do but no ports. */
  readonly idle: number;
  readonly waiting: number;
  readonly busy: number;
  readonly loaded: number;
  /** Reading a file in the thread of the ports: before there are any, and when they never rest. */
  readonly idleHere: number;
  readonly busyHere: number;
  /** A turn of the event loop when they never rest. */
  readonly perTurn: number;
  readonly calls: number;
}

async function measure(): Promise<Figures> {
  process.env["UV_THREADPOOL_SIZE"] = "1";
  const { code, stdout, stderr } = await new Program(process.execPath, program).outcome();
  delete process.env["UV_THREADPOOL_SIZE"];
  expect([stderr, code]).toEqual(["", 0]);
  return JSON.parse(stdout);
}

describe("libuv's pool, of one thread", () => {
  // If a port used it but once to wait in, no file would ever be read: the program would not end.
  it("reads files while four ports wait, and while four ports never rest", async () => {
    let figures = await measure();
    const isUnchanged = ({ idle, waiting, busy, loaded, idleHere, busyHere, perTurn }: Figures) =>
      waiting < 3 * idle &&
      // What there is of a delay is the processor's, which anything else would take as well.
      busy < 2 * loaded &&
      // Opening, asking, reading and closing: each waits for its turn of an event loop that is busy with messages.
      busyHere < idleHere + 8 * perTurn;
    for (let i = 1; i < TRIES && !isUnchanged(figures); i++) figures = await measure();
    console.log(JSON.stringify(figures));
    expect(figures.calls).toBeGreaterThan(0);
    expect(isUnchanged(figures)).toBe(true);
  });
});
