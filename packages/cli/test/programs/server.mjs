// Serves the interface of sample.idl at the endpoint argv[2] until it is asked to end; says "ready" when it listens.

import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { RpcError, RpcServer } from "@ncalrpc/runtime";
import { loadInterfaces } from "../../dist/load-interfaces.js";
import { readModel } from "../../dist/read-model.js";

const idl = fileURLToPath(new URL("../fixtures/sample.idl", import.meta.url));
const { model } = readModel([idl], []);
const [sample] = await loadInterfaces(model);

const server = new RpcServer({
  endpoint: process.argv[2],
  ...(process.argv[3] ? { security: process.argv[3] } : {}),
});
server.register(
  sample,
  {
    echo: (sameItem, sameData, sameNumbers, sameRatio) => ({ sameItem, sameData, sameNumbers, sameRatio }),
    add: (left, right) => left + right,
    nothing: () => {},
    refuse: (why) => {
      throw new RpcError("RPC_S_INVALID_ARG", { details: why });
    },
    crash: () => {
      throw new Error("a secret of the server");
    },
    sleep: (milliseconds, call) => delay(milliseconds, undefined, { signal: call.signal }),
    forbidden: () => {},
    open: () => ({ session: {} }),
    use: () => {},
  },
  { methods: { forbidden: "D:(D;;GA;;;WD)" } },
);
await server.listen();
process.once("SIGTERM", () => server.close({ grace: 100 }));
console.log("ready");
