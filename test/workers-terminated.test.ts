import { describe } from "vitest";
import { terminatedWorkersSuite } from "./workers-terminated.js";

describe("worker threads with clients", () => terminatedWorkersSuite(30, 60_000));
