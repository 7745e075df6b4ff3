import { implement } from "@ncalrpc/runtime";
import { BulkService } from "./bulk-handlers.js";
import { Bulk } from "./gen/bulk.js";

/** Runs in workers. */
export default implement(Bulk, new BulkService());
