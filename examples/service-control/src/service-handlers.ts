import type { ServerCall } from "@ncalrpc/runtime";
import type { ServiceControlHandlers } from "./gen/service-control.js";
import { HeldService } from "./held-service.js";
import type { Requester } from "./service.js";
import type { Supervisor } from "./supervisor.js";

/** Answers the calls of clients. Who may make them is in access-rules.ts. */
export function serviceHandlers(supervisor: Supervisor): ServiceControlHandlers {
  return {
    list: (capacity) => ({
      services: supervisor
        .list()
        .slice(0, capacity)
        .map(({ status }) => status),
    }),
    query: (name) => ({ status: supervisor.get(name).status }),
    start: async (name, call) => {
      const service = supervisor.get(name);
      await service.start(requesterOf(call));
      return { status: service.status };
    },
    stop: async (name, call) => {
      const service = supervisor.get(name);
      await service.stop(requesterOf(call));
      return { status: service.status };
    },
    restart: async (name, call) => {
      const service = supervisor.get(name);
      await service.restart(requesterOf(call));
      return { status: service.status };
    },
    remove: async (name, call) => {
      const service = await supervisor.remove(name, requesterOf(call));
      return { status: service.status };
    },
    openService: (name) => ({ service: supervisor.hold(name) }),
    waitForChange: async (handle, revision, call) => {
      const { service } = held(handle);
      await service.untilChanged(revision, call.signal);
      return { status: service.status };
    },
    readLog: async (handle, offset, maximum, wait, call) => {
      const { service } = held(handle);
      if (wait) {
        await service.untilWritten(Math.max(0, Number(offset)), call.signal);
      }
      const { start, data } = service.log.read(Number(offset), maximum);
      return { start: BigInt(start), data };
    },
    closeService: (handle) => {
      held(handle)[Symbol.dispose]();
      return { service: null };
    },
  };
}

/** The kernel's word about who calls, not the caller's. */
function requesterOf({ caller }: ServerCall): Requester {
  return { user: caller.user.toString(), pid: caller.pid };
}

function held(handle: object): HeldService {
  if (!(handle instanceof HeldService)) {
    throw new TypeError("a context handle stands for something else than a held service");
  }
  return handle;
}
