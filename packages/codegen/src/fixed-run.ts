import type { Member } from "@ncalrpc/idl";
import { type Layout, larger } from "./layout.js";
import type { ModelIndex } from "./model-index.js";
import { rangeOf } from "./range-code.js";
import { type Alignment, scalarLayout } from "./scalar-layout.js";

/** Where a member lies in a run: its offset, and the octets of padding in front of it. */
interface Place {
  readonly offset: number;
  readonly padding: number;
}

/**
 * Members of fixed size that lie one after the other, at the same distances in NDR20 and NDR64, so that room for all of them
 * is made, or their octets are taken, at once.
 */
export interface FixedRun {
  /** Index of the first member. */
  readonly first: number;
  readonly alignment: Alignment;
  readonly size: number;
  /** Of each member, from the first on. */
  readonly places: readonly Place[];
}

/** What is known of a position in one transfer syntax: its remainder by a power of two. */
interface Known {
  readonly modulus: Alignment;
  readonly remainder: number;
}

const nothingKnown: Known = { modulus: 1, remainder: 0 };

function paddingTo({ remainder }: Known, alignment: number): number {
  return -remainder & (alignment - 1);
}

function after(known: Known, alignment: Alignment, size: number): Known {
  if (alignment > known.modulus) return { modulus: alignment, remainder: size % alignment };
  return {
    modulus: known.modulus,
    remainder: (known.remainder + paddingTo(known, alignment) + size) % known.modulus,
  };
}

/** The runs of a struct: of three members at least, or of two that begin it. One that begins the struct also aligns it, if it is aligned alike in both. */
export function fixedRuns(layout: Layout, index: ModelIndex, members: readonly Member[]): FixedRun[] {
  let narrow: Known = { modulus: whole(layout, members, false), remainder: 0 };
  let wide: Known = { modulus: whole(layout, members, true), remainder: 0 };
  const runs: FixedRun[] = [];
  const aligned = narrow.modulus === wide.modulus ? narrow.modulus : 1;
  let run: { first: number; alignment: Alignment; size: number; places: Place[] } | null = null;
  for (const [i, { type }] of members.entries()) {
    const fixed = fixedScalar(index, type);
    if (fixed === null) {
      run = null;
      narrow = advanced(layout, index, narrow, type, false);
      wide = advanced(layout, index, wide, type, true);
      continue;
    }
    const { alignment, size } = fixed;
    const padding = paddingTo(narrow, alignment);
    const fits =
      run !== null &&
      alignment <= narrow.modulus &&
      alignment <= wide.modulus &&
      padding === paddingTo(wide, alignment);
    if (run !== null && fits) {
      run.places.push({ offset: run.size + padding, padding });
      run.size += padding + size;
    } else {
      const start = i === 0 && aligned > alignment ? aligned : alignment;
      run = { first: i, alignment: start, size, places: [{ offset: 0, padding: 0 }] };
      runs.push(run);
    }
    narrow = after(narrow, alignment, size);
    wide = after(wide, alignment, size);
  }
  return runs.filter(({ first, places }) => places.length > (first === 0 ? 1 : 2));
}

/** Whether a struct is no more than one run, none of whose members can be wrong by itself. */
export function isOneRun(layout: Layout, index: ModelIndex, members: readonly Member[]): boolean {
  const [run] = fixedRuns(layout, index, members);
  return (
    run !== undefined &&
    run.places.length === members.length &&
    members.every((member) => rangeOf(index, member) === null)
  );
}

/** Of what is as large in one transfer syntax as in the other. */
function fixedScalar(
  index: ModelIndex,
  type: Member["type"],
): { readonly alignment: Alignment; readonly size: number } | null {
  const resolved = index.resolve(type);
  if (resolved.kind === "scalar") {
    const { size, wideSize, octets, method } = scalarLayout(resolved.scalar);
    if (size !== wideSize || method === "fileTime") return null;
    return { alignment: size, size: octets ?? size };
  }
  if (resolved.kind !== "definition" || resolved.definition.kind !== "enum") return null;
  return resolved.definition.wide ? { alignment: 4, size: 4 } : null;
}

function advanced(
  layout: Layout,
  index: ModelIndex,
  known: Known,
  type: Member["type"],
  wide: boolean,
): Known {
  const resolved = index.resolve(type);
  const isPlain =
    resolved.kind === "pointer" ||
    resolved.kind === "scalar" ||
    (resolved.kind === "definition" && resolved.definition.kind === "enum");
  if (!isPlain) return nothingKnown;
  const alignment = layout.alignment(type, wide);
  const octets = resolved.kind === "scalar" ? scalarLayout(resolved.scalar).octets : undefined;
  return after(known, alignment, octets ?? alignment);
}

/** Whether a struct begins with a run that aligns it. */
export function runAligns(layout: Layout, members: readonly Member[], runs: readonly FixedRun[]): boolean {
  return runs[0]?.first === 0 && whole(layout, members, false) === whole(layout, members, true);
}

/** The alignment of the struct that has the members. */
function whole(layout: Layout, members: readonly Member[], wide: boolean): Alignment {
  return members.map(({ type }) => layout.alignment(type, wide)).reduce(larger, 1);
}
