import { describe, expect, test } from "vitest";
import { BigEndianReader, isNdrError, Reader, Reader64, Writer, Writer64 } from "../src/index.js";

function writeRun(w: Writer): void {
  w.uint8(0xee);
  const at = w.run(8, 56);
  w.booleanAt(at, true);
  w.int8At(at + 1, -1);
  w.uint8At(at + 2, 200);
  w.padAt(at + 3, 1);
  w.int16At(at + 4, -2);
  w.uint16At(at + 6, 40_000);
  w.int32At(at + 8, -3);
  w.uint32At(at + 12, 0xffff_ffff);
  w.int64At(at + 16, -4n);
  w.uint64At(at + 24, 2n ** 64n - 1n);
  w.float64At(at + 32, 0.1);
  w.guidAt(at + 40, "00112233-4455-6677-8899-aabbccddeeff");
}

function writeOneByOne(w: Writer): void {
  w.uint8(0xee);
  w.align(8);
  w.boolean(true);
  w.int8(-1);
  w.uint8(200);
  w.int16(-2);
  w.uint16(40_000);
  w.int32(-3);
  w.uint32(0xffff_ffff);
  w.int64(-4n);
  w.uint64(2n ** 64n - 1n);
  w.float64(0.1);
  w.guid("00112233-4455-6677-8899-aabbccddeeff");
}

describe("a run", () => {
  test.each([
    ["ndr20", () => new Writer({ capacity: 16 }), () => new Reader()],
    ["ndr64", () => new Writer64({ capacity: 16 }), () => new Reader64()],
  ])("is what its members are one by one, in %s", (_syntax, writer, reader) => {
    const [w, other] = [writer(), writer()];
    writeRun(w);
    writeOneByOne(other);
    expect(w.buffer.toString("hex")).toBe(other.buffer.toString("hex"));
    const r = reader();
    r.attach(w.buffer, 0, w.length);
    expect(r.uint8()).toBe(0xee);
    const at = r.run(8, 56);
    expect([r.booleanAt(at), r.int8At(at + 1), r.uint8At(at + 2), r.int16At(at + 4)]).toEqual([
      true,
      -1,
      200,
      -2,
    ]);
    expect([r.uint16At(at + 6), r.int32At(at + 8), r.uint32At(at + 12)]).toEqual([40_000, -3, 0xffff_ffff]);
    expect([r.int64At(at + 16), r.uint64At(at + 24), r.float64At(at + 32)]).toEqual([
      -4n,
      2n ** 64n - 1n,
      0.1,
    ]);
    expect(r.guidAt(at + 40)).toBe("00112233-4455-6677-8899-aabbccddeeff");
    expect(r.remaining).toBe(0);
  });

  test("is read in the sender's byte order", () => {
    const r = new BigEndianReader();
    r.attach(Buffer.from("0102030405060708", "hex"), 0, 8);
    const at = r.run(4, 8);
    expect([r.uint16At(at), r.uint32At(at + 4)]).toEqual([0x0102, 0x0506_0708]);
  });

  test("leaves nothing of an earlier message in its padding", () => {
    const w = new Writer({ capacity: 128 });
    w.bytes(new Uint8Array(100).fill(0xff));
    w.reset();
    writeRun(w);
    const other = new Writer();
    writeRun(other);
    expect(w.buffer.toString("hex")).toBe(other.buffer.toString("hex"));
  });

  test("is refused as a whole where octets are missing, and a value at its place", () => {
    const r = new Reader();
    r.attach(Buffer.alloc(16), 0, 10);
    expect(() => r.at("Put.point").run(8, 16)).toThrow(
      "Put.point: 16 octets expected, 10 left (stub offset 0)",
    );
    const w = new Writer();
    const at = w.run(4, 8);
    try {
      w.uint32At(at + 4, -1);
    } catch (error) {
      expect(isNdrError(error) && [error.code, error.offset]).toEqual(["value_out_of_range", 4]);
    }
    expect(() => w.booleanAt(at, 1 as unknown as boolean)).toThrow("a boolean is required here");
  });
});

describe("paths", () => {
  const failing = (name: (r: Reader) => unknown): string => {
    const r = new Reader();
    r.attach(Buffer.alloc(0), 0, 0);
    name(r);
    try {
      r.uint8();
    } catch (error) {
      return isNdrError(error) ? error.message.replace(/: .*/, "") : String(error);
    }
    return "read";
  };

  test("join members and indexes, and end where they are left", () => {
    expect(failing((r) => r.at("A.b"))).toBe("A.b");
    expect(failing((r) => r.down("A.b").at("c"))).toBe("A.b.c");
    expect(failing((r) => r.down("A.b").index(3))).toBe("A.b[3]");
    expect(failing((r) => r.down("A.b").index(3).at("c"))).toBe("A.b[3].c");
    expect(failing((r) => r.down("A.b").index(1).down().index(2).at("c"))).toBe("A.b[1][2].c");
    expect(failing((r) => r.down("A.b").index(1).down("c").index(2))).toBe("A.b[1].c[2]");
    expect(
      failing((r) => {
        r.down("A.b").index(1).down("c").index(2);
        expect(r.up(5)).toBe(5);
        r.at("d");
      }),
    ).toBe("A.b[1].d");
  });
});

describe("a writer in memory of somebody else", () => {
  const foreign = (): Buffer => Buffer.alloc(256, 0xaa);

  test("writes where it is told, and nowhere else", () => {
    const memory = foreign();
    const w = new Writer();
    w.attach(memory, 64, 128, 16);
    writeRun(w);
    expect(w.isAttached).toBe(true);
    expect(w.start).toBe(64);
    const own = new Writer();
    writeRun(own);
    expect(memory.subarray(80, 80 + w.length).toString("hex")).toBe(own.buffer.toString("hex"));
    expect(w.buffer.length).toBe(16 + w.length);
    for (const [from, to] of [
      [0, 80],
      [80 + w.length, 256],
    ] as const) {
      expect(memory.subarray(from, to).every((octet) => octet === 0xaa)).toBe(true);
    }
    w.reset(0);
    w.uint8(1);
    expect(w.isAttached).toBe(false);
    expect(memory[64]).toBe(0xaa);
  });

  test("moves to its own when a message outgrows it", () => {
    const memory = foreign();
    const w = new Writer();
    w.attach(memory, 64, 32, 8);
    for (let i = 0; i < 100; i++) w.uint32(i);
    expect(w.isAttached).toBe(false);
    expect(w.length).toBe(400);
    const octets = Buffer.alloc(400);
    w.copyTo(octets, 0);
    expect(w.buffer.subarray(8).equals(octets)).toBe(true);
    for (let i = 0; i < 100; i++) expect(octets.readUInt32LE(4 * i)).toBe(i);
    expect(memory.subarray(96).every((octet) => octet === 0xaa)).toBe(true);
    w.attach(memory, 64, 32, 8);
    w.uint32(7);
    expect([w.isAttached, memory.readUInt32LE(72)]).toEqual([true, 7]);
  });

  test("refuses memory that is not there", () => {
    const w = new Writer();
    expect(() => w.attach(foreign(), 200, 100, 0)).toThrow(RangeError);
    expect(() => w.attach(foreign(), 0, 4, 8)).toThrow(RangeError);
  });
});
