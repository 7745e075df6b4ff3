import { AlpcError } from "../error.js";
import type { AlpcLibrary, Handle } from "./alpc-library.js";
import { ImpersonationLevel } from "./layout/generic-structures.js";
import { Status } from "./layout/status.js";
import { CURRENT_THREAD, THREAD_IMPERSONATION_TOKEN } from "./layout/token-structures.js";
import { isSuccess } from "./nt-status.js";
import { impersonationLevel, openThreadToken } from "./nt-token.js";
import { ownMemory } from "./structures.js";
import type { SystemLibrary } from "./system-library.js";

/**
 * Throws AlpcError ACCESS_DENIED unless this thread can act as whom it impersonates. The system lets a thread impersonate for
 * finding out who that is only, without an error, if the client says so, or if this process may not act as another user.
 */
export function checkImpersonation(system: SystemLibrary): void {
  const token = openThreadToken(system);
  try {
    if (token !== null && impersonationLevel(system, token) >= ImpersonationLevel.IMPERSONATION) return;
  } finally {
    if (token !== null) system.NtClose(token);
  }
  throw new AlpcError(
    "ACCESS_DENIED",
    "the system tells who the sender is but does not let this process act as the sender",
  );
}

const noToken = ownMemory(8);

/**
 * Runs `work` as the sender of an open message, on this thread, and takes that back before it returns or throws. Answers
 * the status with which the system refused, or what `work` returned.
 */
export function impersonateSender<T>(
  alpc: AlpcLibrary,
  system: SystemLibrary,
  port: Handle,
  header: Uint8Array,
  work: () => T,
): { readonly status: number } | { readonly status: 0; readonly result: T } {
  const status = alpc.NtAlpcImpersonateClientOfPort(port, header, 0);
  if (status !== Status.SUCCESS) return { status: isSuccess(status) ? Status.UNSUCCESSFUL : status };
  try {
    return { status: 0, result: work() };
  } finally {
    const reverted = system.NtSetInformationThread(
      CURRENT_THREAD,
      THREAD_IMPERSONATION_TOKEN,
      noToken,
      noToken.length,
    );
    // Going on as someone else would be worse than not going on.
    if (!isSuccess(reverted)) process.abort();
  }
}
