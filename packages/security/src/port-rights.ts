import { accessRights, type ObjectRights } from "./access-rights.js";

/** PORT_CONNECT: may connect to the port. */
const connect = 0x0000_0001;
/** PORT_ALL_ACCESS. */
const allAccess = 0x001f_0001;

/**
 * Rights of an ALPC connection port, with the mapping of the Windows object type "ALPC Port". Note that GENERIC_EXECUTE
 * stands for nothing there: a descriptor of a port grants GR, GW or GA (or 0x1), as it must on Windows.
 */
export const portRights = {
  connect,
  allAccess,
  mapping: {
    read: accessRights.readControl | connect,
    write: accessRights.delete | connect,
    execute: 0,
    all: allAccess,
  },
  names: [[connect, "connect"]],
} as const satisfies ObjectRights & { connect: number };
