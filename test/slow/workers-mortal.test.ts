import { describe } from "vitest";
import { mortalWorkersSuite } from "../workers-mortal.js";

describe("a server whose workers die again and again", () => mortalWorkersSuite(40, [2, 3, 4, 5], 300_000));
