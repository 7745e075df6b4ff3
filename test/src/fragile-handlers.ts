import { existsSync } from "node:fs";
import { implement } from "@ncalrpc/runtime";
import { Labour } from "./gen/labour.js";
import labour from "./labour-handlers.js";

/** While this file exists the module can't be loaded. */
const obstacle = process.env["NCALRPC_TEST_OBSTACLE"] ?? "";
if (existsSync(obstacle)) {
  throw new Error(`there is ${obstacle}`);
}

/** Runs in workers. */
export default implement(Labour, labour.handlers);
