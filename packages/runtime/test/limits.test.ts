import { describe, expect, test } from "vitest";
import { defaultClientLimits, defaultServerLimits } from "../src/limits.js";
import { Readers } from "../src/transfer-syntax.js";

describe.each(["ndr20", "ndr64"] as const)(
  "limits of servers and clients hold for their readers, %s",
  (syntax) => {
    /** Reads the count of 1,000 elements that take 1,000 octets each beyond what the message has for them. */
    const readMany = (limits: typeof defaultServerLimits | typeof defaultClientLimits): number => {
      const octets = Buffer.alloc(2000);
      octets.writeUInt32LE(1000);
      const reader = new Readers(limits).of(syntax);
      reader.attach(octets, 0, octets.length);
      return reader.count(1, 1000);
    };

    test.each([defaultServerLimits, defaultClientLimits])("memory of values", (limits) => {
      expect(() => readMany(limits)).toThrow(/octets of memory/);
      expect(readMany({ ...limits, maxOverhead: 1_000_000 })).toBe(1000);
    });

    test.each([defaultServerLimits, defaultClientLimits])("depth", (limits) => {
      const reader = new Readers({ ...limits, maxDepth: 1 }).of(syntax);
      reader.enter();
      expect(() => reader.enter()).toThrow("nested deeper than 1");
    });
  },
);
