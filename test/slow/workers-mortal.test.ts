import { describe } from "vitest";
import { mortalWorkersSuite } from "../workers-mortal.js";

describe("a server whose workers die again and again", () =>
  mortalWorkersSuite(20, [2, 3, 4, 5, 6, 7], 120_000));
