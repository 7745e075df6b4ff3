import { describe } from "vitest";
import { terminatedWorkersSuite } from "../workers-terminated.js";

describe("200 worker threads with clients", () => terminatedWorkersSuite(200, 300_000));
