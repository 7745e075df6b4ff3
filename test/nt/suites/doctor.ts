import { fileURLToPath } from "node:url";
import { expect, it, onTestFailed } from "vitest";
import { Program } from "./programs.js";

const command = fileURLToPath(new URL("../../../packages/cli/bin/ncalrpc.js", import.meta.url));

interface Report {
  readonly kernel: string;
  readonly findings: readonly { topic: string; what: string; observed: string; verdict: string }[];
}

it("ncalrpc doctor tries out ports and finds nothing amiss", async () => {
  const { code, stdout, stderr } = await new Program(process.execPath, command, "doctor", "--json").outcome();
  onTestFailed(() => console.log(stdout));
  expect(stderr).toBe("");
  const { kernel, findings }: Report = JSON.parse(stdout);
  expect(kernel).toBe("nt");
  const of = (topic: string) => findings.filter((finding) => finding.topic === topic);
  expect(of("system")[0]).toMatchObject({
    what: "Windows",
    observed: expect.stringMatching(/^10\.0, build \d+$/),
  });
  expect(findings.filter(({ verdict }) => verdict === "bad")).toEqual([]);
  expect(of("structure layout").length).toBeGreaterThan(10);
  expect(of("message lifecycle").length).toBeGreaterThan(12);
  expect(of("identity").length).toBeGreaterThan(6);
  expect(of("open questions").map(({ what }) => Number.parseInt(what, 10))).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
  ]);
  expect(code).toBe(0);
});
