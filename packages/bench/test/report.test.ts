import { describe, expect, it } from "vitest";
import { svgPlot } from "../src/report/svg-plot.js";
import { textReport } from "../src/report/text-report.js";
import { SAMPLE_SCENARIOS, SAMPLE_SYSTEMS, sampleReport } from "./sample-report.js";

describe("records", () => {
  const find = (system: string, metric: string) =>
    sampleReport().records.find((record) => record.system === system && record.metric === metric);

  it("keep every run, and take the median of those that went well", () => {
    expect(find("pigeon", "p50")).toMatchObject({ median: 400, runs: [400, null], unit: "µs" });
  });

  it("compare within the same run", () => {
    // 120 / 60 and 210 / 70.
    expect(find("pigeon", "time")?.ratio).toBe(2.5);
    expect(find("pigeon", "p50")?.ratio).toBe(10);
    expect(find("ncalrpc", "p50")?.ratio).toBe(1);
  });

  it("leave out what was not measured", () => {
    expect(find("kernel", "time")).toBeUndefined();
  });
});

describe("reports", () => {
  it("print as Markdown", async () => {
    const text = textReport(sampleReport(), SAMPLE_SYSTEMS, SAMPLE_SCENARIOS);
    await expect(`${text}\n`).toMatchFileSnapshot("golden/report.md");
  });

  it("draw as SVG", async () => {
    const svg = svgPlot(sampleReport(), SAMPLE_SCENARIOS);
    await expect(svg).toMatchFileSnapshot("golden/plot.svg");
  });
});
