import { describe, expect, it } from "vitest";
import {
  accessCheck,
  formatSddl,
  parseSddl,
  portRights,
  SddlError,
  SecurityFormatError,
  Sid,
  securityDescriptorFromBytes,
  securityDescriptorToBytes,
  unixGroup,
  unixToken,
} from "../src/index.js";
import corpus from "./data/sddl-corpus.json" with { type: "json" };
import { Random } from "./random.js";

const { NCALRPC_FUZZ = "3000" } = process.env;
const COUNT = Number(NCALRPC_FUZZ);
const FUZZ_TIMEOUT_MS = 5_000 + 10 * COUNT;
const MIB = 2 ** 20;
/** Far more than the linear time that it takes, far less than what anything worse would. */
const BOUND_MS = 1000;

function timed<T>(action: () => T): T {
  const start = performance.now();
  const result = action();
  expect(performance.now() - start).toBeLessThan(BOUND_MS);
  return result;
}

const domain = Sid.of(5, 21, 1);
const texts = corpus.map(({ sddl }) => sddl);
const binaries = texts.map((text) => securityDescriptorToBytes(parseSddl(text, { domain })));

/** Runs `action`; any error but those of `type` is a failure of the test. */
function mayThrow(type: new (...args: never[]) => Error, action: () => void): boolean {
  try {
    action();
    return false;
  } catch (error) {
    if (error instanceof type) return true;
    throw error;
  }
}

describe("hostile text", () => {
  it.each([
    ["opening parentheses", `D:${"(".repeat(MIB - 2)}`],
    ["empty ACEs", `D:${"()".repeat(MIB / 2 - 1)}`],
    ["ACEs", `D:${"(A;;GA;;;WD)".repeat(87_000)}`],
    ["list flags", `D:${"P".repeat(MIB - 2)}X`],
    ["ACE flags", `D:(A;${"OI".repeat(MIB / 2 - 10)};QQ;;;WD)`],
    ["rights", `D:(A;;${"GA".repeat(MIB / 2 - 10)}Q;;;WD)`],
    ["digits of a mask", `D:(A;;${"1".repeat(MIB - 20)};;;WD)`],
    ["zeros of a mask", `D:(A;;0x${"0".repeat(MIB - 20)}g;;;WD)`],
    ["digits of a SID", `O:S-1-5-${"1".repeat(MIB - 20)}`],
    ["sub-authorities", `O:S-1-5${"-1".repeat(MIB / 2 - 20)}`],
    ["semicolons", `D:(A${";".repeat(MIB - 20)}`],
    ["letters of a type", `D:(${"A".repeat(MIB - 20)}`],
    ["letters of a GUID", `D:(OA;;GA;${"a".repeat(MIB - 20)};;WD)`],
    ["no ASCII", "\u{1f510}".repeat(MIB / 2)],
  ])("1 MiB of %s is refused in bounded time", (_, text) => {
    timed(() => expect(() => parseSddl(text)).toThrow(SddlError));
  });

  it("1 MiB of white space is an empty descriptor", () => {
    const sd = timed(() => parseSddl(" ".repeat(MIB)));
    expect(sd).toEqual({ owner: null, group: null, dacl: null, sacl: null });
  });

  it("does not repeat a long input in its message", () => {
    for (const text of [
      `D:(${"A".repeat(MIB - 20)}`,
      `D:(A;;${"1".repeat(MIB - 20)};;;WD)`,
      "z".repeat(MIB),
    ]) {
      expect(() => parseSddl(text)).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/^.{10,300}$/) }),
      );
    }
  });

  it("refuses text over the length limit without looking at it", () => {
    expect(() => parseSddl(" ".repeat(MIB + 1))).toThrow("the text is 1048577 characters long");
    expect(() => parseSddl("D:", { maxLength: 1 })).toThrow("at most 1 are read");
  });

  it("refuses the ACE with which a list outgrows its binary form", () => {
    const aces = (count: number) => `D:${"(A;;GA;;;WD)".repeat(count)}`;
    expect(parseSddl(aces(3276)).dacl?.aces).toHaveLength(3276);
    expect(() => parseSddl(aces(3277))).toThrow(expect.objectContaining({ position: 2 + 12 * 3276 }));
  });

  it("answers mutated text with a descriptor or an SddlError", { timeout: FUZZ_TIMEOUT_MS }, () => {
    const random = new Random(7);
    const alphabet = "ODGSAPIWRX;;()::-0123456789x \t\u0000é";
    let refused = 0;
    for (let i = 0; i < COUNT; i++) {
      let text = texts[random.below(texts.length)] ?? "";
      for (let edits = random.below(4); edits >= 0; edits--) {
        const at = random.below(text.length + 1);
        const insert = random.chance(0.7) ? (alphabet[random.below(alphabet.length)] ?? "") : "";
        text = text.slice(0, at) + insert + text.slice(at + random.below(3));
      }
      const failed = mayThrow(SddlError, () => {
        const sd = parseSddl(text, { domain });
        expect(parseSddl(formatSddl(sd))).toEqual(sd);
      });
      if (failed) refused++;
    }
    expect(refused).toBeGreaterThan(COUNT / 10);
    expect(refused).toBeLessThan(COUNT);
  });
});

describe("hostile octets", () => {
  it("refuses every truncation", () => {
    for (const bytes of binaries) {
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        expect(() => securityDescriptorFromBytes(cut)).toThrow(SecurityFormatError);
      }
    }
  });

  it("answers mutated octets with a descriptor or a SecurityFormatError", {
    timeout: FUZZ_TIMEOUT_MS,
  }, () => {
    const random = new Random(11);
    let refused = 0;
    for (let i = 0; i < COUNT; i++) {
      const bytes = Uint8Array.from(binaries[random.below(binaries.length)] ?? []);
      for (let edits = random.below(4); edits >= 0; edits--) {
        bytes[random.below(bytes.length)] = random.chance(0.3) ? 0xff : random.below(256);
      }
      const failed = mayThrow(SecurityFormatError, () => {
        const sd = securityDescriptorFromBytes(bytes);
        expect(securityDescriptorFromBytes(securityDescriptorToBytes(sd))).toEqual(sd);
        expect(parseSddl(formatSddl(sd))).toEqual(sd);
      });
      if (failed) refused++;
    }
    expect(refused).toBeGreaterThan(COUNT / 10);
    expect(refused).toBeLessThan(COUNT);
  });

  it("reads the fullest list quickly", () => {
    const smallest = `D:${"(A;;GA;;;S-1-5)".repeat(4095)}`;
    const bytes = securityDescriptorToBytes(parseSddl(smallest));
    expect(timed(() => securityDescriptorFromBytes(bytes)).dacl?.aces).toHaveLength(4095);
  });
});

it("checks the fullest list for a caller in 65536 groups quickly", () => {
  const sd = parseSddl(`D:${"(A;;GA;;;S-1-22-1-1)".repeat(2730)}`);
  const groups = Array.from({ length: 65_536 }, (_, gid) => gid + 100_000);
  const ids = { effectiveUid: 5, effectiveGid: 5, realUid: 5, realGid: 5, pid: 1 };
  const token = unixToken({ ...ids, groups });
  expect(token.has(unixGroup(165_535))).toBe(true);
  const decision = timed(() => accessCheck(token, sd, portRights.connect, portRights.mapping));
  expect(decision.deniedBy).toEqual({ reason: "no-allowed-ace", rights: 1, restricted: false });
});
