import { accessRights, type ObjectRights } from "./access-rights.js";

/** May call the method. */
const call = 0x0000_0001;
const allAccess = accessRights.standardRequired | call;

/**
 * Rights of an RPC interface or one of its methods. Calling is executing: GX and GA grant CALL, GR and GW do not, they
 * stand for reading the descriptor (READ_CONTROL) only.
 */
export const methodRights = {
  call,
  allAccess,
  mapping: {
    read: accessRights.readControl,
    write: accessRights.readControl,
    execute: accessRights.readControl | call,
    all: allAccess,
  },
  names: [[call, "call"]],
} as const satisfies ObjectRights & { call: number };
