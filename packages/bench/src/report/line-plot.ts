import {
  formatTick,
  gridLine,
  HEADING_HEIGHT,
  type Heading,
  hueOf,
  type Kind,
  MARGIN,
  round,
  svgDocument,
  text,
  WIDTH,
} from "./svg.js";

export interface Line {
  readonly label: string;
  readonly kind: Kind;
  /** In ascending order of `x`; both above 0. At least one. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LineAxes {
  /** What the vertical axis shows, and which way is better. */
  readonly y: string;
  readonly x: string;
  /** Where the horizontal axis has a label, ascending, above 0. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

const HEIGHT = 560;
const LEFT = MARGIN + 44;
const LABELS_WIDTH = 206;
const RIGHT = WIDTH - MARGIN - LABELS_WIDTH;
const TOP = HEADING_HEIGHT + 28;
const BOTTOM = HEIGHT - 58;
const LABEL_HEIGHT = 16;
/** Between powers of ten, where a scale has room for them. */
const STEPS = [1, 2, 5];
const MOST_DECADES_WITH_STEPS = 3;
/** Of the lines of variants, in turn. */
const VARIANT_DASHES = ["9 3", "2 3", "9 3 2 3", "4 3", "12 4 4 4", "9 3 2 3 2 3"];

/** An SVG of lines on two logarithmic scales, each with its name at its end. */
export function linePlot(heading: Heading, axes: LineAxes, lines: readonly Line[]): string {
  const values = lines.flatMap((line) => line.points.map((point) => point.y));
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...values))), low + 1);
  const first = Math.log10(axes.ticks[0]?.at ?? 1);
  const last = Math.log10(axes.ticks.at(-1)?.at ?? 10);
  const x = (value: number) => LEFT + ((Math.log10(value) - first) / (last - first || 1)) * (RIGHT - LEFT);
  const y = (value: number) => BOTTOM - ((Math.log10(value) - low) / (high - low)) * (BOTTOM - TOP);

  const parts = [
    text(MARGIN, TOP - 14, axes.y, { style: "faint" }),
    text((LEFT + RIGHT) / 2, BOTTOM + 40, axes.x, { style: "faint", anchor: "middle" }),
  ];
  for (let exponent = low; exponent <= high; exponent++) {
    const steps = exponent < high && high - low <= MOST_DECADES_WITH_STEPS ? STEPS : [1];
    for (const value of steps.map((step) => step * 10 ** exponent)) {
      parts.push(
        gridLine(LEFT, y(value), RIGHT, y(value)),
        text(LEFT - 6, y(value) + 4, formatTick(value), { style: "faint", anchor: "end", size: 10 }),
      );
    }
  }
  for (const { at, label } of axes.ticks) {
    parts.push(
      gridLine(x(at), TOP, x(at), BOTTOM),
      text(x(at), BOTTOM + 18, label, { style: "faint", anchor: "middle", size: 10 }),
    );
  }

  const order = styledLines(lines);
  // Ours last, above the others.
  for (const styled of order.toSorted(
    (a, b) => Number(a.line.kind === "ours") - Number(b.line.kind === "ours"),
  )) {
    parts.push(drawLine(styled, x, y));
  }
  const ends = order.map(({ line }) => y(line.points.at(-1)?.y ?? 1));
  const places = spread(ends, LABEL_HEIGHT, TOP, BOTTOM);
  order.forEach(({ line, style, dashes }, index) => {
    const end = x(line.points.at(-1)?.x ?? 1);
    const from = ends[index] ?? 0;
    const place = places[index] ?? 0;
    // A line that ends early is led to the edge level, where its label is.
    const path = [
      [end + 4, from],
      [Math.max(end + 4, RIGHT + 4), from],
      [RIGHT + 18, place],
      [RIGHT + 44, place],
    ];
    parts.push(
      `<polyline class="line-${style}" points="${path.map((point) => point.map(round).join(",")).join(" ")}" fill="none" stroke-width="1.2" opacity="0.6"${dashes}/>`,
      text(RIGHT + 49, place + 4, line.label, {
        style: labelStyle(line.kind, style),
        bold: line.kind === "ours",
      }),
    );
  });
  return svgDocument(heading, HEIGHT, parts);
}

interface StyledLine {
  readonly line: Line;
  /** Class suffix of its colour. */
  readonly style: string;
  /** The attribute that dashes it, if it is dashed. */
  readonly dashes: string;
}

/** Peers have colours of their own, variants of ourselves dashes of their own; floors are all dashed alike. */
function styledLines(lines: readonly Line[]): StyledLine[] {
  let peers = 0;
  let variants = 0;
  return lines.map((line) => {
    if (line.kind === "ours") return { line, style: line.kind, dashes: "" };
    if (line.kind === "peer") return { line, style: hueOf(peers++), dashes: "" };
    const dashes = line.kind === "floor" ? "5 4" : VARIANT_DASHES[variants++ % VARIANT_DASHES.length];
    return { line, style: line.kind, dashes: ` stroke-dasharray="${dashes}"` };
  });
}

function labelStyle(kind: Kind, style: string): string {
  if (kind === "floor") return "faint";
  return kind === "variant" ? "text-variant" : `fill-${style}`;
}

function drawLine(
  { line: { kind, points }, style, dashes }: StyledLine,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const path = points.map((point) => `${round(x(point.x))},${round(y(point.y))}`);
  const width = kind === "ours" ? 3 : 1.6;
  const dots = points.map(
    (point) =>
      `<circle class="fill-${style}" cx="${round(x(point.x))}" cy="${round(y(point.y))}" r="${width + 0.6}"/>`,
  );
  return [
    `<polyline class="line-${style}" points="${path.join(" ")}" fill="none" stroke-width="${width}"${dashes}/>`,
    ...dots,
  ].join("\n");
}

/** Places for labels near the wanted ones, at least `distance` apart and within the bounds as far as there is room. */
export function spread(wanted: readonly number[], distance: number, low: number, high: number): number[] {
  const order = wanted.map((place, index) => ({ place, index })).toSorted((a, b) => a.place - b.place);
  const places = order.map(({ place }) => place);
  // Down from the top, then up again from the bottom.
  for (let i = 0, least = low; i < places.length; i++) {
    places[i] = Math.max(places[i] ?? 0, least);
    least = (places[i] ?? 0) + distance;
  }
  for (let i = places.length - 1, most = high; i >= 0; i--) {
    places[i] = Math.min(places[i] ?? 0, most);
    most = (places[i] ?? 0) - distance;
  }
  const result = new Array<number>(wanted.length);
  order.forEach(({ index }, i) => {
    result[index] = places[i] ?? 0;
  });
  return result;
}
