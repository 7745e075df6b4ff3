import { describe } from "vitest";
import { mortalWorkersSuite } from "./workers-mortal.js";

describe("a server whose workers die", () => mortalWorkersSuite(8, [1], 60_000));
