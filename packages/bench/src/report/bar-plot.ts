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
  WIDTH,
} from "./svg.js";

/** Horizontal bars on one scale: a logarithmic one, or from 0 where all values are of one magnitude. */
export interface BarPanel {
  readonly heading: string;
  /** Unit, and which way is better. */
  readonly title: string;
  /** Values are above 0; at least one bar. */
  readonly bars: readonly { readonly label: string; readonly value: number; readonly kind: Kind }[];
}

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
  return svgDocument(heading, HEADING_HEIGHT + Math.max(...columns) + MARGIN, drawn);
}

function drawPanel({ heading, title, bars }: BarPanel): string {
  const { ticks, position } = scaleOf(bars.map((bar) => bar.value));
  const barsWidth = PANEL_WIDTH - LABEL_WIDTH - FIGURE_WIDTH;
  const bottom = TITLE_HEIGHT + bars.length * ROW_HEIGHT;

  const parts = [text(0, 16, heading, { size: 13, bold: true }), text(0, 33, title, { style: "faint" })];
  for (const tick of ticks) {
    const x = LABEL_WIDTH + position(tick) * barsWidth;
    parts.push(
      gridLine(x, TITLE_HEIGHT - 4, x, bottom),
      text(x, bottom + 14, formatTick(tick), { style: "faint", anchor: "middle", size: 10 }),
    );
  }
  bars.forEach(({ label, value, kind }, row) => {
    const y = TITLE_HEIGHT + row * ROW_HEIGHT;
    const width = round(position(value) * barsWidth);
    const bold = kind === "ours";
    parts.push(
      text(LABEL_WIDTH - 8, y + 13, label, { anchor: "end", bold }),
      `<rect class="fill-${kind}" x="${LABEL_WIDTH}" y="${y + 1}" width="${width}" height="${BAR_HEIGHT}" rx="2"/>`,
      text(LABEL_WIDTH + width + 6, y + 13, formatNumber(value), { bold }),
    );
  });
  return parts.join("\n");
}

interface Scale {
  readonly ticks: readonly number[];
  /** Where a value is on the way from the first tick, 0, to the last one, 1. */
  readonly position: (value: number) => number;
}

/** Ticks on a scale from 0, at most. */
const LINEAR_TICKS = 5;

/** Of values above 0. Bars that begin anywhere but at 0 overstate what differs little. */
function scaleOf(values: readonly number[]): Scale {
  const least = Math.min(...values);
  const most = Math.max(...values);
  if (most <= 10 * least) {
    const step = [1, 2, 5, 10].map((steps) => steps * 10 ** Math.floor(Math.log10(most / LINEAR_TICKS)));
    const wide = step.find((width) => width * LINEAR_TICKS >= most) ?? most;
    const ticks = Array.from({ length: Math.ceil(most / wide) + 1 }, (_, tick) => tick * wide);
    return { ticks, position: (value) => value / (ticks.at(-1) ?? most) };
  }
  const low = Math.floor(Math.log10(least) - 0.05);
  const high = Math.max(Math.ceil(Math.log10(most)), low + 1);
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, decade) => 10 ** (low + decade)),
    position: (value) => (Math.log10(value) - low) / (high - low),
  };
}
