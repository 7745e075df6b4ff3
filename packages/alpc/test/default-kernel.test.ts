import { afterAll, describe, expect, it } from "vitest";
import { defaultKernel, setDefaultKernel } from "../src/index.js";
import { createLoopbackKernel } from "../src/loopback.js";

describe("the default kernel", () => {
  const systems = defaultKernel();
  afterAll(() => setDefaultKernel(systems));

  it("is one per thread, that of the system", () => {
    expect(defaultKernel()).toBe(systems);
    expect(systems.name).toBe("linux");
  });

  it("is another one from when it is set", () => {
    const chosen = createLoopbackKernel();
    setDefaultKernel(chosen);
    expect(defaultKernel()).toBe(chosen);
  });
});
