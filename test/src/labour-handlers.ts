import { setTimeout as delay } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { implement, RpcError } from "@ncalrpc/runtime";
import { Labour } from "./gen/labour.js";

/** Runs in workers. */
export default implement(Labour, {
  burn(milliseconds) {
    const end = performance.now() + milliseconds;
    while (performance.now() < end);
    return threadId;
  },
  async sleep(milliseconds, call) {
    try {
      await delay(milliseconds, undefined, { signal: call.signal });
      return { wasCancelled: false };
    } catch {
      return { wasCancelled: true };
    }
  },
  fail(kind) {
    if (kind === 0) {
      throw new RpcError("RPC_S_INVALID_ARG", { details: "kind 0 is never right" });
    }
    if (kind === 1) {
      throw new Error("a secret of the server");
    }
    if (kind === 3) {
      setImmediate(() => {
        throw new Error("nobody catches this");
      });
      return 3;
    }
    if (kind === 4) {
      const hoard: string[][] = [];
      for (;;) {
        hoard.push(Array.from({ length: 100_000 }, (_, i) => `${hoard.length}, ${i}`));
      }
    }
    return -1;
  },
  whoAmI: ({ caller, objectUuid }) => ({
    user: caller.user.toString(),
    pid: caller.pid,
    object: objectUuid,
  }),
  echo: (data) => ({ reply: data }),
  die: () => process.exit(3),
});
