import { implement } from "@ncalrpc/runtime";
import { Echo } from "../gen/echo.js";
import { samplePayload } from "../sample-payload.js";
import { createHandlers } from "./ncalrpc-handlers.js";

/** Runs in the workers of a server. */
export default implement(Echo, createHandlers(samplePayload));
