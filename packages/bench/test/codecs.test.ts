import { describe, expect, it } from "vitest";
import { codecPlot, codecText } from "../src/codecs/codec-report.js";
import { checkCodecTargets, ratio } from "../src/codecs/codec-targets.js";
import { CODECS } from "../src/codecs/codecs.js";
import { measureCodec } from "../src/codecs/measure.js";
import { MESSAGE_NAMES, type MessageName } from "../src/codecs/messages.js";
import type { CodecReport } from "../src/codecs/run-codecs.js";

describe("measureCodec", () => {
  it.each([...CODECS.keys()])("finds that %s gives back what it was given, and times it", (name) => {
    const codec = CODECS.get(name);
    if (codec === undefined) throw new Error(name);
    const timings = measureCodec(codec, { warmup: 0, duration: 1 });
    expect(Object.keys(timings)).toEqual(codec.messages ?? MESSAGE_NAMES);
    for (const { encode, decode, length } of Object.values(timings)) {
      expect(Math.min(encode, decode)).toBeGreaterThan(0);
      expect(length).toBeGreaterThan(20);
    }
  });

  it("refuses a codec that gives back something else", () => {
    const liar = {
      name: "liar",
      description: "",
      packages: [],
      prepare: () => ({ encode: () => "x", decode: () => ({}), plain: (decoded: unknown) => decoded }),
    };
    expect(() => measureCodec(liar, { warmup: 0, duration: 1 })).toThrow("liar: the small message");
  });
});

describe("the report", () => {
  const record = (codec: string, message: MessageName, ...runs: number[]) => ({
    codec,
    message,
    encode: 1_000,
    decode: 2_000,
    both: 3_000,
    length: 64,
    runs,
  });
  const report: CodecReport = {
    format: 1,
    started: "2026-01-01T00:00:00.000Z",
    runs: 3,
    settings: { warmup: 1, duration: 1 },
    machine: {
      cpu: "cpu",
      cores: 2,
      memory: 4,
      kernel: "Linux",
      node: "v20",
      compiler: null,
      commit: null,
      packages: {},
    },
    loads: [],
    busy: false,
    records: [
      record("ncalrpc", "nested", 10, 20, 40),
      record("protobuf-es", "nested", 40, 60, 100),
      record("json-text", "nested", 9, 18, 36),
    ],
  };

  it("compares within each run", () => {
    expect(ratio(report, "protobuf-es", "nested")).toBe(3);
    expect(ratio(report, "protobuf-es", "bytes")).toBeNull();
  });

  it("says which promises are kept, broken, and not measured", () => {
    expect(checkCodecTargets(report).map(({ met }) => met)).toEqual([true, false, null]);
    const text = codecText(report, [...CODECS.values()], "codecs.svg");
    expect(text).toContain("BROKEN");
    expect(text).toContain("not measured");
    expect(text).toContain("](codecs.svg)");
    expect(codecPlot(report)).toContain("protobuf-es");
  });
});
