import type { Scenario } from "../scenario.js";
import { formatNumber } from "./format-number.js";
import { type MetricRecord, REFERENCE, type Report } from "./results.js";

const TITLE = "ncalrpc side by side with other ways to call another process";

const WIDTH = 1_080;
const MARGIN = 24;
const COLUMN_GAP = 36;
const PANEL_WIDTH = (WIDTH - 2 * MARGIN - COLUMN_GAP) / 2;
const LABEL_WIDTH = 140;
/** Room for the figure at the end of the longest bar. */
const FIGURE_WIDTH = 70;
const BAR_HEIGHT = 16;
const ROW_HEIGHT = 22;
const TITLE_HEIGHT = 46;
const AXIS_HEIGHT = 26;
const PANEL_GAP = 18;
const HEADER_HEIGHT = 62;

const COLORS = { ours: "#c2410c", others: "#64748b", grid: "#e2e8f0", text: "#0f172a", faint: "#475569" };

/** A panel of horizontal bars on a logarithmic scale for each metric of each scenario, two columns. */
export function svgPlot(report: Report, scenarios: readonly Scenario[]): string {
  const panels = scenarios.flatMap((scenario) =>
    scenario.metrics.flatMap((metric) => {
      const records = report.records.filter(
        (record) => record.scenario === scenario.name && record.metric === metric.name && record.median > 0,
      );
      const title = `${metric.name}, ${metric.unit} (${metric.better} is better)`;
      return records.length === 0 ? [] : [{ heading: scenario.title, title, records }];
    }),
  );

  const columns = [0, 0];
  const drawn = panels.map(({ heading, title, records }) => {
    const column = (columns[0] ?? 0) <= (columns[1] ?? 0) ? 0 : 1;
    const x = MARGIN + column * (PANEL_WIDTH + COLUMN_GAP);
    const y = HEADER_HEIGHT + (columns[column] ?? 0);
    columns[column] = (columns[column] ?? 0) + panelHeight(records) + PANEL_GAP;
    return `<g transform="translate(${x} ${y})">\n${panel(heading, title, records)}\n</g>`;
  });
  const height = HEADER_HEIGHT + Math.max(...columns) + MARGIN;

  const { machine } = report;
  const subtitle =
    `${machine.cpu}, ${machine.cores} cores, ${machine.kernel}, Node ${machine.node}; medians of ${report.runs} ` +
    `${report.runs === 1 ? "run" : "runs"}; logarithmic scales${report.busy ? "; MACHINE WAS BUSY" : ""}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${TITLE}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(MARGIN, 28, TITLE, {
      size: 17,
      bold: true,
    }),
    text(MARGIN, 47, subtitle, { fill: COLORS.faint }),
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

function panelHeight(records: readonly MetricRecord[]): number {
  return TITLE_HEIGHT + records.length * ROW_HEIGHT + AXIS_HEIGHT;
}

function panel(heading: string, title: string, records: readonly MetricRecord[]): string {
  const medians = records.map((record) => record.median);
  const low = Math.floor(Math.log10(Math.min(...medians)) - 0.05);
  const high = Math.max(Math.ceil(Math.log10(Math.max(...medians))), low + 1);
  const barsWidth = PANEL_WIDTH - LABEL_WIDTH - FIGURE_WIDTH;
  const position = (exponent: number) => round(((exponent - low) / (high - low)) * barsWidth);
  const bottom = TITLE_HEIGHT + records.length * ROW_HEIGHT;

  const parts = [text(0, 16, heading, { size: 13, bold: true }), text(0, 33, title, { fill: COLORS.faint })];
  for (let exponent = low; exponent <= high; exponent++) {
    const x = LABEL_WIDTH + position(exponent);
    parts.push(
      `<line x1="${x}" y1="${TITLE_HEIGHT - 4}" x2="${x}" y2="${bottom}" stroke="${COLORS.grid}"/>`,
      text(x, bottom + 14, tick(exponent), { fill: COLORS.faint, anchor: "middle", size: 10 }),
    );
  }
  records.forEach((record, row) => {
    const y = TITLE_HEIGHT + row * ROW_HEIGHT;
    const width = position(Math.log10(record.median));
    const ours = record.system === REFERENCE;
    parts.push(
      text(LABEL_WIDTH - 8, y + 13, record.system, { anchor: "end", bold: ours }),
      `<rect x="${LABEL_WIDTH}" y="${y + 1}" width="${width}" height="${BAR_HEIGHT}" rx="2" fill="${ours ? COLORS.ours : COLORS.others}"/>`,
      text(LABEL_WIDTH + width + 6, y + 13, formatNumber(record.median), { bold: ours }),
    );
  });
  return parts.join("\n");
}

/** A power of ten, short. */
function tick(exponent: number): string {
  const value = 10 ** exponent;
  if (exponent >= 6) {
    return `${value / 1e6}M`;
  }
  return exponent >= 3 ? `${value / 1e3}k` : value.toFixed(Math.max(0, -exponent));
}

interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: "middle" | "end";
  readonly fill?: string;
}

function text(x: number, y: number, content: string, { size, bold, anchor, fill }: TextStyle = {}): string {
  const attributes = [
    `x="${round(x)}" y="${y}" fill="${fill ?? COLORS.text}"`,
    size === undefined ? "" : ` font-size="${size}"`,
    bold ? ' font-weight="600"' : "",
    anchor === undefined ? "" : ` text-anchor="${anchor}"`,
  ];
  return `<text ${attributes.join("")}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
