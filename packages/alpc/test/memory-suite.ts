import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Kernel } from "../src/kernel.js";
import { MemoryClient } from "./memory-client.js";

const KiB = 1024;
const MiB = 1024 * KiB;

/** A kernel under test, with the memory service running under `name`. */
export interface MemoryWorld {
  readonly kernel: Kernel;
  readonly name: string;
  close(): Promise<void> | void;
}

const shape =
  (size: number, shift = 0) =>
  (octet: number, i: number) =>
    i < size && octet === (i + shift) % 251;
const expectedSum = (size: number) => Math.floor(size / 251) * ((250 * 251) / 2) + tail(size % 251);
const tail = (count: number) => ((count - 1) * count) / 2;
const failsWith = (status: string) => expect.objectContaining({ name: "AlpcError", status });

/** What every kernel does with large data, memory of the other side, and handles. */
export function memorySuite(title: string, start: () => Promise<MemoryWorld> | MemoryWorld): void {
  describe(title, () => {
    let world: MemoryWorld;
    let client: MemoryClient;
    beforeAll(async () => {
      world = await start();
    });
    afterAll(async () => world.close());
    beforeEach(async () => {
      client = await MemoryClient.connect(world.kernel, world.name);
    });
    afterEach(() => client.port.close());

    describe("views", () => {
      test.each([1, 64 * KiB, 64 * KiB + 1, MiB, 3 * MiB + 3])(
        "carry %i octets there and back",
        async (size) => {
          for (let round = 0; round < 2; round++) {
            const view = await client.filledView(size, round);
            const answer = await client.call({ op: "echo" }, { view });
            expect(answer.value).toEqual({ ok: true, size });
            expect(view.bytes.length).toBe(0);
            expect(answer.view?.size).toBe(size);
            expect(answer.view?.bytes.length).toBe(size);
            expect(answer.view?.bytes.every(shape(size, round))).toBe(true);
            answer.view?.release();
            answer.view?.release();
            expect(answer.view?.bytes.length).toBe(0);
          }
        },
      );

      test("of no octets are views too", async () => {
        const view = await client.port.allocateView(0);
        const { value } = await client.call({ op: "sum" }, { view });
        expect(value).toMatchObject({ ok: true, size: 0, sum: 0 });
      });

      test("that wait for nobody are many at a time", async () => {
        const sizes = Array.from({ length: 20 }, (_, i) => 1 + i * 10_000);
        const sums = await Promise.all(
          sizes.map(
            async (size) =>
              (await client.call({ op: "sum" }, { view: await client.filledView(size) })).value.sum,
          ),
        );
        expect(sums).toEqual(sizes.map(expectedSum));
      });

      test("are each side's own: what is written into a reply stays here", async () => {
        const first = await client.call({ op: "fill", size: 100 * KiB, value: 5 });
        first.view?.bytes.fill(66);
        first.view?.release();
        const second = await client.call({ op: "fill", size: 100 * KiB, value: 6 });
        expect(second.view?.bytes.every((octet) => octet === 6)).toBe(true);
        second.view?.release();
      });

      test("that were released unsent can be had again", async () => {
        for (let i = 0; i < 50; i++) {
          const view = await client.port.allocateView(10 * MiB);
          expect(view.bytes.length).toBe(10 * MiB);
          view.release();
          expect(view.bytes.length).toBe(0);
        }
      });

      test("larger than the port allows are refused before anything is sent", async () => {
        const { maxViewSize } = client.port;
        expect(maxViewSize).toBeGreaterThan(0);
        const attempt = async () => client.port.allocateView(maxViewSize + 1);
        await expect(attempt()).rejects.toEqual(failsWith("QUOTA_EXCEEDED"));
        for (const size of [-1, 0.5, Number.NaN]) {
          const wrong = async () => client.port.allocateView(size);
          await expect(wrong()).rejects.toEqual(failsWith("INVALID_PARAMETER"));
        }
      });

      test("cannot be sent twice, nor on another connection", async () => {
        using other = await MemoryClient.connect(world.kernel, world.name);
        const view = await client.filledView(10);
        expect(() => other.call({ op: "sum" }, { view })).toThrow(failsWith("INVALID_PARAMETER"));
        await client.call({ op: "sum" }, { view });
        expect(() => client.call({ op: "sum" }, { view })).toThrow(failsWith("INVALID_PARAMETER"));
      });

      test("are detached when the connection closes", async () => {
        const own = await client.port.allocateView(MiB);
        const { view } = await client.call({ op: "fill", size: MiB, value: 1 });
        const stale = [own.bytes, view?.bytes.subarray(5)];
        client.port.close();
        await expect.poll(() => client.closed).not.toBeNull();
        expect(stale.map((bytes) => bytes?.length)).toEqual([0, 0]);
        expect([own.bytes.length, view?.bytes.length]).toEqual([0, 0]);
        own.release();
        view?.release();
        const late = async () => client.port.allocateView(1);
        await expect(late()).rejects.toEqual(failsWith("PORT_DISCONNECTED"));
      });
    });

    describe("memory that a request offers", () => {
      test("is read, as much as is offered and no more", async () => {
        const buffers = [10, 100_001, MiB].map((size) =>
          Buffer.from(new Uint8Array(size).map((_, i) => i % 251)),
        );
        const { value } = await client.call({ op: "readMemory" }, { dataEntries: buffers });
        expect(value).toEqual({ ok: true, sums: buffers.map(({ length }) => expectedSum(length)) });
        const beyond = await client.call({ op: "readMemory", extra: 1 }, { dataEntries: buffers });
        expect(beyond.value.ok).toBe(false);
      });

      test("is written", async () => {
        const buffer = Buffer.alloc(200_000);
        await client.call({ op: "writeMemory", value: 77 }, { dataEntries: [buffer.subarray(1, 199_999)] });
        expect([buffer[0], buffer[1], buffer[199_998], buffer[199_999]]).toEqual([0, 77, 77, 0]);
      });
    });

    describe("handles", () => {
      test("arrive as what they are", async () => {
        const fds = [openSync(devNull, "r"), openSync(new URL(import.meta.url), "r")];
        const { value } = await client.call({ op: "handles" }, { handles: fds.map((fd) => ({ fd })) });
        expect(value).toEqual({ ok: true, kinds: ["device", "file"] });
        for (const fd of fds) closeSync(fd);
      });

      test("lead to the same object", async () => {
        const path = join(tmpdir(), `ncalrpc-${process.pid}-handle`);
        const fd = openSync(path, "w+");
        writeSync(fd, "from the client");
        const reader = openSync(path, "r");
        const { value } = await client.call({ op: "readHandle" }, { handles: [{ fd: reader }] });
        expect(value).toEqual({ ok: true, text: "from the client" });
        closeSync(fd);
        closeSync(reader);
        rmSync(path);
      });
    });
  });
}
