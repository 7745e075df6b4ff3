import type { ConnectAttributes } from "@ncalrpc/alpc";
import { parseSddl, Sid } from "@ncalrpc/security";
import { formatHello, OWN_FEATURES } from "../protocol-lrpc/hello.js";
import type { ConnectOptions } from "./connect-options.js";

/** What a port is asked for so that a connection is as `options` say. Throws SddlError and RangeError for SIDs that can't be read. */
export function connectAttributes(options: ConnectOptions): ConnectAttributes {
  const { timeout, signal, tracking, delegate, foreign, impersonation, serverSid, requiredServer } = options;
  const { acceptHandles } = options;
  return {
    ...(foreign ? { foreign } : { payload: formatHello({ features: OWN_FEATURES, maxCalls: 0 }) }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(signal === undefined ? {} : { signal }),
    ...(tracking === undefined ? {} : { tracking }),
    ...(acceptHandles === undefined ? {} : { acceptHandles }),
    ...(delegate === undefined ? {} : { delegate }),
    ...(impersonation === undefined ? {} : { impersonation }),
    ...(serverSid === undefined
      ? {}
      : { requiredServerSid: typeof serverSid === "string" ? Sid.parse(serverSid) : serverSid }),
    ...(requiredServer === undefined
      ? {}
      : {
          requiredServer:
            typeof requiredServer === "string"
              ? parseSddl(requiredServer, { requireDacl: true })
              : requiredServer,
        }),
  };
}
