import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/*/test/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", ...(process.env.NCALRPC_SLOW ? [] : ["test/slow/**"])],
    // Suites start processes and measure leaks of their own process: forks, and no more than there are cores.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What must come true may take its time on a busy machine.
    expect: { poll: { timeout: 10_000 } },
  },
});
