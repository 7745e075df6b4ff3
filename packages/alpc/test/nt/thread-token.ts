import type { Sid } from "@ncalrpc/security";
import koffi from "koffi";

const p = "void *";
const advapi32 = koffi.load("advapi32.dll");
const kernel32 = koffi.load("kernel32.dll");
const openProcessToken = advapi32.func("OpenProcessToken", "int", ["int64", "uint32", p]);
const duplicateTokenEx = advapi32.func("DuplicateTokenEx", "int", ["int64", "uint32", p, "int", "int", p]);
const createRestrictedToken = advapi32.func("CreateRestrictedToken", "int", [
  "int64",
  "uint32",
  "uint32",
  p,
  "uint32",
  p,
  "uint32",
  p,
  p,
]);
const setThreadToken = advapi32.func("SetThreadToken", "int", [p, "int64"]);
const adjustTokenPrivileges = advapi32.func("AdjustTokenPrivileges", "int", [
  "int64",
  "int",
  p,
  "uint32",
  p,
  p,
]);
const closeHandle = kernel32.func("CloseHandle", "int", ["int64"]);

const MAXIMUM_ALLOWED = 0x200_0000;
const IMPERSONATION = 2;
const CURRENT_PROCESS = -1;

/** An impersonation token of this process's user, for threads of this process to wear: the documented calls of advapi32. */
export class ThreadToken implements Disposable {
  readonly handle: bigint;

  private constructor(handle: bigint) {
    this.handle = handle;
  }

  static copyOfProcess(): ThreadToken {
    const own = made("OpenProcessToken", (slot) => openProcessToken(CURRENT_PROCESS, MAXIMUM_ALLOWED, slot));
    try {
      return new ThreadToken(
        made("DuplicateTokenEx", (slot) =>
          duplicateTokenEx(own, MAXIMUM_ALLOWED, null, IMPERSONATION, IMPERSONATION, slot),
        ),
      );
    } finally {
      closeHandle(own);
    }
  }

  /** A copy in which a group only counts where it denies. It keeps the ModifiedId. */
  without(group: Sid): ThreadToken {
    const sid = Buffer.from(group.toBytes());
    const disabled = Buffer.alloc(16);
    disabled.writeBigUInt64LE(BigInt(koffi.address(sid)));
    return new ThreadToken(
      made("CreateRestrictedToken", (slot) =>
        createRestrictedToken(this.handle, 0, 1, disabled, 0, null, 0, null, slot),
      ),
    );
  }

  /** This thread acts as this until `work` returns. */
  wear<T>(work: () => T): T {
    this.putOn();
    try {
      return work();
    } finally {
      ThreadToken.takeOff();
    }
  }

  putOn(): void {
    if (setThreadToken(null, this.handle) === 0) throw new Error("SetThreadToken");
  }

  static takeOff(): void {
    if (setThreadToken(null, 0) === 0) throw new Error("SetThreadToken");
  }

  [Symbol.dispose](): void {
    closeHandle(this.handle);
  }
}

/** Takes all privileges from this process: its token stays, its ModifiedId does not. */
export function dropPrivileges(): void {
  const own = made("OpenProcessToken", (slot) => openProcessToken(CURRENT_PROCESS, MAXIMUM_ALLOWED, slot));
  adjustTokenPrivileges(own, 1, null, 0, null, null);
  closeHandle(own);
}

function made(what: string, call: (slot: Buffer) => number): bigint {
  const slot = Buffer.alloc(8);
  if (call(slot) === 0) throw new Error(what);
  return slot.readBigUInt64LE();
}
