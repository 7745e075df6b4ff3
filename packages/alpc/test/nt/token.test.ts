import { describe, expect, test } from "vitest";
import { Status } from "../../src/nt/layout/status.js";
import { isCopy, isSameToken, openEffectiveToken, openThreadToken } from "../../src/nt/nt-token.js";
import { dataView } from "../../src/nt/structures.js";
import type { SystemLibrary } from "../../src/nt/system-library.js";

const THREAD = 0x10;
const PROCESS = 0x20;
/** Of a thread whose token is opened with `status`. Every other call is a mistake. */
function systemWhere(status: number): SystemLibrary {
  const open = (handle: number, result: number, slot: unknown) => {
    if (slot instanceof Buffer) dataView(slot).setBigUint64(0, BigInt(handle), true);
    return result;
  };
  return new Proxy({} as SystemLibrary, {
    get(_, name) {
      if (name === "NtOpenThreadToken") return (...args: unknown[]) => open(THREAD, status, args[3]);
      if (name === "NtOpenProcessToken") return (...args: unknown[]) => open(PROCESS, 0, args[2]);
      throw new Error(`${String(name)} was called`);
    },
  });
}

describe("the token that a thread acts with", () => {
  test("is its own, else the process's", () => {
    expect(openEffectiveToken(systemWhere(0))).toBe(THREAD);
    expect(openEffectiveToken(systemWhere(Status.NO_TOKEN))).toBe(PROCESS);
    expect(openThreadToken(systemWhere(Status.NO_TOKEN))).toBeNull();
  });

  test("of another user, who does not let the process in, is opened as that user", () => {
    const asked: unknown[] = [];
    const system = new Proxy({} as SystemLibrary, {
      get: () => (_thread: number, _access: number, asSelf: number, slot: Buffer) => {
        asked.push(asSelf);
        dataView(slot).setBigUint64(0, BigInt(THREAD), true);
        return asSelf === 1 ? Status.ACCESS_DENIED : 0;
      },
    });
    expect([openThreadToken(system), asked]).toEqual([THREAD, [1, 0]]);
  });

  // An anonymous one, say: STATUS_CANT_OPEN_ANONYMOUS.
  test.each([0xc000_00a6, Status.ACCESS_DENIED, Status.BAD_IMPERSONATION_LEVEL])(
    "an impersonated token that may not be opened is not the server's own",
    (status) => {
      expect(() => openEffectiveToken(systemWhere(status))).toThrow();
      expect(() => openThreadToken(systemWhere(status))).toThrow();
    },
  );
});

test("tokens are told apart by all of their LUIDs, copies by two", () => {
  const token = { tokenId: 1n, authenticationId: 2n, modifiedId: 3n };
  expect([isSameToken(token, { ...token }), isCopy(token, { ...token, tokenId: 9n })]).toEqual([true, true]);
  for (const name of ["tokenId", "authenticationId", "modifiedId"] as const) {
    expect(isSameToken(token, { ...token, [name]: 9n })).toBe(false);
  }
  expect(isCopy(token, { ...token, modifiedId: 9n })).toBe(false);
});
