import { currentUser, group } from "@ncalrpc/runtime";
import type { ServiceControlHandlers } from "./gen/service-control.js";

/** Everyone on this machine (WD) may call. */
const ANYONE = "D:P(A;;GX;;;WD)";

/**
 * Who may call what, for every method, in SDDL: anyone may look, but only the managers (by default this process's user and
 * root, BA) and the administrators' groups may change anything or read what a service writes. Throws RpcError for an
 * unknown group.
 */
export function accessRules(
  administrators: readonly (string | number)[],
  managing: readonly string[] = ["BA", currentUser().toString()],
): Record<keyof ServiceControlHandlers, string> {
  const trusted = [...managing, ...administrators.map(group)];
  const managers = `D:P${trusted.map((sid) => `(A;;GX;;;${sid})`).join("")}`;
  return {
    list: ANYONE,
    query: ANYONE,
    start: managers,
    stop: managers,
    restart: managers,
    remove: managers,
    openService: ANYONE,
    waitForChange: ANYONE,
    readLog: managers,
    closeService: ANYONE,
  };
}
