import { formatNumber } from "./format-number.js";
import {
  formatTick,
  gridLine,
  HEADING_HEIGHT,
  type Heading,
  type Kind,
  MARGIN,
  round,
  svgDocument,
  text,
} from "./svg.js";

/** Horizontal bars on one logarithmic scale. */
export interface BarPanel {
  readonly heading: string;
  /** Unit, and which way is better. */
  readonly title: string;
  /** Values are above 0; at least one bar. */
  readonly bars: readonly { readonly label: string; readonly value: number; readonly kind: Kind }[];
}

const WIDTH = 1_080;
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

/** An SVG of the panels in two columns. */
export function barPlot(heading: Heading, panels: readonly BarPanel[]): string {
  const columns: [number, number] = [0, 0];
  const drawn = panels.map((panel) => {
    const column = columns[0] <= columns[1] ? 0 : 1;
    const x = MARGIN + column * (PANEL_WIDTH + COLUMN_GAP);
    const y = HEADING_HEIGHT + columns[column];
    columns[column] += TITLE_HEIGHT + panel.bars.length * ROW_HEIGHT + AXIS_HEIGHT + PANEL_GAP;
    return `<g transform="translate(${x} ${y})">\n${drawPanel(panel)}\n</g>`;
  });
  return svgDocument(heading, WIDTH, HEADING_HEIGHT + Math.max(...columns) + MARGIN, drawn);
}

function drawPanel({ heading, title, bars }: BarPanel): string {
  const values = bars.map((bar) => bar.value);
  const low = Math.floor(Math.log10(Math.min(...values)) - 0.05);
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  const barsWidth = PANEL_WIDTH - LABEL_WIDTH - FIGURE_WIDTH;
  const position = (exponent: number) => ((exponent - low) / (high - low)) * barsWidth;
  const bottom = TITLE_HEIGHT + bars.length * ROW_HEIGHT;

  const parts = [text(0, 16, heading, { size: 13, bold: true }), text(0, 33, title, { style: "faint" })];
  for (let exponent = low; exponent <= high; exponent++) {
    const x = LABEL_WIDTH + position(exponent);
    parts.push(
      gridLine(x, TITLE_HEIGHT - 4, x, bottom),
      text(x, bottom + 14, formatTick(10 ** exponent), { style: "faint", anchor: "middle", size: 10 }),
    );
  }
  bars.forEach(({ label, value, kind }, row) => {
    const y = TITLE_HEIGHT + row * ROW_HEIGHT;
    const width = round(position(Math.log10(value)));
    const bold = kind === "ours";
    parts.push(
      text(LABEL_WIDTH - 8, y + 13, label, { anchor: "end", bold }),
      `<rect class="fill-${kind}" x="${LABEL_WIDTH}" y="${y + 1}" width="${width}" height="${BAR_HEIGHT}" rx="2"/>`,
      text(LABEL_WIDTH + width + 6, y + 13, formatNumber(value), { bold }),
    );
  });
  return parts.join("\n");
}
