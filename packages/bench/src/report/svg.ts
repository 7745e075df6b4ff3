/** What the systems of a plot are beside each other; decides their colours. */
export type Kind = "ours" | "variant" | "peer" | "floor";

/** Colours of the lines of peers, in turn: for light and for dark backgrounds. */
const HUES = [
  ["#2563eb", "#60a5fa"],
  ["#0d9488", "#2dd4bf"],
  ["#7c3aed", "#a78bfa"],
  ["#be185d", "#f472b6"],
  ["#4d7c0f", "#a3e635"],
  ["#0369a1", "#38bdf8"],
  ["#a16207", "#facc15"],
  ["#9f1239", "#fda4af"],
] as const;

const LIGHT = {
  background: "#ffffff",
  text: "#0f172a",
  faint: "#475569",
  grid: "#e2e8f0",
  ours: "#c2410c",
  variant: "#e8935f",
  variantText: "#a8531c",
  peer: "#64748b",
  floor: "#a8b3c4",
};
const DARK: typeof LIGHT = {
  background: "#0d1117",
  text: "#e6edf3",
  faint: "#9aa7b6",
  grid: "#2b3440",
  ours: "#fb923c",
  variant: "#b4652f",
  variantText: "#dd9560",
  peer: "#8294ab",
  floor: "#4b5a6d",
};

function rules(colors: typeof LIGHT, hue: 0 | 1): string {
  return [
    `.background{fill:${colors.background}}`,
    `.text{fill:${colors.text}}`,
    `.faint{fill:${colors.faint}}`,
    `.grid{stroke:${colors.grid}}`,
    `.text-variant{fill:${colors.variantText}}`,
    ...(["ours", "variant", "peer", "floor"] as const).flatMap((kind) => [
      `.fill-${kind}{fill:${colors[kind]}}`,
      `.line-${kind}{stroke:${colors[kind]}}`,
    ]),
    ...HUES.flatMap((hues, index) => [
      `.fill-${index}{fill:${hues[hue]}}`,
      `.line-${index}{stroke:${hues[hue]}}`,
    ]),
  ].join("");
}

/** Follows the reader's preference for light or dark, where the page that shows it lets it know. */
const STYLE = `<style>${rules(LIGHT, 0)}@media (prefers-color-scheme:dark){${rules(DARK, 1)}}</style>`;

/** Class suffix of the line or label of the peer that is number `index`. */
export function hueOf(index: number): string {
  return String(index % HUES.length);
}

export interface Heading {
  readonly title: string;
  readonly subtitle: string;
}

/** A whole document; the body begins below the heading, at {@link HEADING_HEIGHT}. */
export function svgDocument({ title, subtitle }: Heading, height: number, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title>`,
    STYLE,
    `<rect class="background" width="${WIDTH}" height="${height}"/>`,
    text(MARGIN, 28, title, { size: 17, bold: true }),
    text(MARGIN, 47, subtitle, { style: "faint", size: 11 }),
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

/** Of every plot. */
export const WIDTH = 1_080;
export const MARGIN = 24;
export const HEADING_HEIGHT = 62;

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: "middle" | "end";
  /** A class of the style sheet. */
  readonly style?: string;
}

export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size, bold, anchor } = style;
  const attributes = [
    `class="${style.style ?? "text"}" x="${round(x)}" y="${round(y)}"`,
    size === undefined ? "" : ` font-size="${size}"`,
    bold ? ' font-weight="600"' : "",
    anchor === undefined ? "" : ` text-anchor="${anchor}"`,
  ];
  return `<text ${attributes.join("")}>${escapeXml(content)}</text>`;
}

export function gridLine(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="grid" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;
}

/** A number of an axis, short: 0.01, 50, 2k, 3M. */
export function formatTick(value: number): string {
  if (value >= 1e6) {
    return `${Number((value / 1e6).toPrecision(3))}M`;
  }
  return value >= 1e3 ? `${Number((value / 1e3).toPrecision(3))}k` : String(Number(value.toPrecision(3)));
}

/** One decimal is finer than a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeXml(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
