import { parseSddl, securityDescriptorFromBytes } from "@ncalrpc/security";
import { describe, expect, test } from "vitest";
import { isAlpcError, NtStatus } from "../../src/error.js";
import { addressOf } from "../../src/nt/alpc-library.js";
import { getWord } from "../../src/nt/attribute-buffer.js";
import {
  OBJECT_ATTRIBUTES,
  SECURITY_QUALITY_OF_SERVICE,
  UNICODE_STRING,
} from "../../src/nt/layout/generic-structures.js";
import { ALPC_PORT_ATTRIBUTES } from "../../src/nt/layout/port-structures.js";
import { Status } from "../../src/nt/layout/status.js";
import { largestMessage, nativeMaxLength, portFlags } from "../../src/nt/machinery.js";
import { check, isLate, isSuccess, ntError } from "../../src/nt/nt-status.js";
import { objectName } from "../../src/nt/object-name.js";
import { serverRequirement } from "../../src/nt/server-requirement.js";
import {
  dataView,
  objectAttributes,
  ownCopy,
  ownMemory,
  portAttributes,
  unicodeString,
  writeQualityOfService,
} from "../../src/nt/structures.js";
import { createNtKernel } from "../../src/nt.js";

describe("statuses", () => {
  test("of information are successes; only what did nothing is none", () => {
    const successes = [
      Status.SUCCESS,
      Status.PENDING,
      Status.ALERTED,
      Status.USER_APC,
      Status.MESSAGE_RETRIEVED,
    ];
    for (const status of successes) {
      expect(isSuccess(status)).toBe(true);
      expect(() => check(status, "x")).not.toThrow();
    }
    expect(isSuccess(Status.TIMEOUT)).toBe(true);
    expect(() => check(Status.TIMEOUT, "x")).toThrow(expect.objectContaining({ status: "TIMEOUT" }));
    expect([Status.PARTIAL_COPY, Status.UNSUCCESSFUL, 0xffff_ffff].map(isSuccess)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("become errors of the same number where the package has the name", () => {
    const names: Record<string, number> = NtStatus;
    for (const [name, value] of Object.entries(Status)) {
      const error = ntError(value, "doing");
      expect(isAlpcError(error)).toBe(true);
      if (name in names) expect(error.status).toBe(name);
      expect(error.message).toContain(value.toString(16).padStart(8, "0"));
    }
    expect(ntError(0xc000_9999, "doing").status).toBe("UNSUCCESSFUL");
    expect(ntError(Status.OBJECT_PATH_NOT_FOUND, "doing").status).toBe("OBJECT_NAME_NOT_FOUND");
    expect(ntError(Status.MESSAGE_LOST, "doing").status).toBe("PORT_DISCONNECTED");
  });

  test("of answers that come too late are no failures of ours", () => {
    const late = [Status.PORT_DISCONNECTED, Status.INVALID_MESSAGE, Status.REQUEST_CANCELED];
    expect(late.map(isLate)).toEqual([true, true, true]);
    expect([Status.QUOTA_EXCEEDED, Status.ACCESS_DENIED, Status.SUCCESS].map(isLate)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("structures with pointers", () => {
  test("UNICODE_STRING counts octets, without the NUL that follows", () => {
    const { bytes, keep } = unicodeString("\\RPC Control\\ä");
    const view = dataView(bytes);
    expect([
      view.getUint16(UNICODE_STRING.Length, true),
      view.getUint16(UNICODE_STRING.MaximumLength, true),
    ]).toEqual([28, 30]);
    const [characters = Buffer.alloc(0)] = keep;
    expect(getWord(view, UNICODE_STRING.Buffer)).toBe(addressOf(characters));
    expect(Buffer.from(characters).toString("utf16le")).toBe("\\RPC Control\\ä\0");
  });

  test("OBJECT_ATTRIBUTES keeps what it points to", () => {
    const name = unicodeString("\\x\\y");
    const { bytes, keep } = objectAttributes(name, 0x40, Buffer.from([1, 2, 3]));
    const view = dataView(bytes);
    expect(view.getUint32(OBJECT_ATTRIBUTES.Length, true)).toBe(0x30);
    expect(view.getUint32(OBJECT_ATTRIBUTES.Attributes, true)).toBe(0x40);
    expect(getWord(view, OBJECT_ATTRIBUTES.ObjectName)).toBe(addressOf(name.bytes));
    const descriptor = keep.at(-1) ?? Buffer.alloc(0);
    expect([...descriptor]).toEqual([1, 2, 3]);
    expect(getWord(view, OBJECT_ATTRIBUTES.SecurityDescriptor)).toBe(addressOf(descriptor));
    expect(keep).toContain(name.bytes);
    expect(objectAttributes().bytes.readBigUInt64LE(OBJECT_ATTRIBUTES.ObjectName)).toBe(0n);
  });

  test("ALPC_PORT_ATTRIBUTES says what peers may do and how long messages are", () => {
    const bytes = portAttributes({
      flags: portFlags(true),
      maxMessageLength: 0xffef,
      quality: { tracking: "dynamic" },
      acceptHandles: true,
      maxSectionSize: 65_537,
    });
    expect(bytes.readUInt32LE(ALPC_PORT_ATTRIBUTES.Flags)).toBe(0x20b_0000);
    expect([...bytes.subarray(4, 16)]).toEqual([0xc, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]);
    expect(bytes.readBigUInt64LE(ALPC_PORT_ATTRIBUTES.MaxMessageLength)).toBe(0xffefn);
    expect(bytes.readBigUInt64LE(ALPC_PORT_ATTRIBUTES.MaxSectionSize)).toBe(0x2_0000n);
    expect(bytes.readBigUInt64LE(ALPC_PORT_ATTRIBUTES.MaxTotalSectionSize)).toBe(2n ** 64n - 1n);
    expect(bytes.readUInt32LE(ALPC_PORT_ATTRIBUTES.DupObjectTypes)).toBe(0xffd);
    expect(portFlags(false)).toBe(0x3_0000);
  });

  test.each([
    [{}, 2, 0],
    [{ impersonation: "identification" }, 1, 0],
    [{ impersonation: "delegation", tracking: "dynamic" }, 3, 1],
  ] as const)("SECURITY_QUALITY_OF_SERVICE of %j", (quality, level, tracking) => {
    const bytes = Buffer.alloc(SECURITY_QUALITY_OF_SERVICE.size);
    writeQualityOfService(dataView(bytes), 0, quality);
    expect([...bytes]).toEqual([0xc, 0, 0, 0, level, 0, 0, 0, tracking, 0, 0, 0]);
  });

  test("memory for calls is its own and aligned, whatever it is copied from", () => {
    const odd = new Uint8Array(new ArrayBuffer(9), 1).fill(7);
    for (const bytes of [ownMemory(1), ownMemory(40), ownCopy(odd)]) {
      expect(bytes.byteOffset).toBe(0);
      expect(addressOf(bytes) % 8).toBe(0);
    }
    expect([...ownCopy(odd)]).toEqual(Array(8).fill(7));
    expect([...ownMemory(3)]).toEqual([0, 0, 0]);
  });
});

describe("what a client requires of a server", () => {
  const decides = (sddl: string) =>
    securityDescriptorFromBytes(serverRequirement(parseSddl(sddl))).dacl?.aces?.map(
      ({ type, mask, sid }) => `${type} ${mask.toString(16)} ${sid}`,
    );

  test("is about all rights of a port where it is about connecting, and about none where it is not", () => {
    expect(decides("D:(A;;0x1;;;SY)(D;;GR;;;WD)(A;;GX;;;BA)(A;;RC;;;BU)")).toEqual([
      "allowed 1f0001 S-1-5-18",
      "denied 1f0001 S-1-1-0",
      "allowed 0 S-1-5-32-544",
      "allowed 0 S-1-5-32-545",
    ]);
  });

  test("has an owner and a group", () => {
    const { owner, group } = securityDescriptorFromBytes(serverRequirement(parseSddl("O:BAD:")));
    expect([`${owner}`, `${group}`]).toEqual(["S-1-5-32-544", "S-1-0-0"]);
  });
});

test("lengths leave room for the trailer, within what the system allows", () => {
  expect([largestMessage(0xffef, 0xffef), largestMessage(0xffef, 0xffff)]).toEqual([0xffdf, 0xffef]);
  expect(nativeMaxLength(0xffef, 0xffef)).toBe(0xffef);
  expect(nativeMaxLength(0x1000, 0xffef)).toBeGreaterThanOrEqual(0x1000 + 16 + 7 + 8 + 16 * 16);
  expect(nativeMaxLength(0x28, 0xffef)).toBeGreaterThanOrEqual(0x28 + 24 + 1024);
});

describe("object names", () => {
  test.each([
    ["Server", "\\RPC Control\\server"],
    ["\\rpc control\\LRPC-0a1b", "\\RPC Control\\lrpc-0a1b"],
    ["\\BaseNamedObjects\\My Port", "\\BaseNamedObjects\\My Port"],
    ["\\Sessions\\1\\BaseNamedObjects\\x", "\\Sessions\\1\\BaseNamedObjects\\x"],
  ])("%s", (text, name) => {
    expect(objectName(text)).toBe(name);
  });

  test.each(["", "\\x", "\\", "a\\b", "/run/x", "\\\\a\\b", "\\a\\b\0", "\\RPC Control\\..\\x"])(
    "%j is none",
    (text) => {
      expect(() => objectName(text)).toThrow(expect.objectContaining({ status: "OBJECT_NAME_INVALID" }));
    },
  );
});

test("the kernel is for Windows", () => {
  expect(() => createNtKernel()).toThrow(expect.objectContaining({ status: "NOT_SUPPORTED" }));
});
