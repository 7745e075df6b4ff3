type Names = readonly (readonly [letters: string, mask: number])[];

/** Single bits, in the order in which Windows prints them (MS-DTYP 2.5.1.1). */
const BITS: Names = [
  ["CC", 0x1],
  ["DC", 0x2],
  ["LC", 0x4],
  ["SW", 0x8],
  ["RP", 0x10],
  ["WP", 0x20],
  ["DT", 0x40],
  ["LO", 0x80],
  ["CR", 0x100],
  ["SD", 0x1_0000],
  ["RC", 0x2_0000],
  ["WD", 0x4_0000],
  ["WO", 0x8_0000],
  ["GA", 0x1000_0000],
  ["GR", 0x8000_0000],
  ["GW", 0x4000_0000],
  ["GX", 0x2000_0000],
];

/** Whole masks of files and registry keys. KX equals KR and is therefore never printed. */
const COMPOUND: Names = [
  ["FA", 0x1f_01ff],
  ["FR", 0x12_0089],
  ["FW", 0x12_0116],
  ["FX", 0x12_00a0],
  ["KA", 0xf_003f],
  ["KR", 0x2_0019],
  ["KW", 0x2_0006],
  ["KX", 0x2_0019],
];

/** Policy bits of mandatory label ACEs. */
const LABEL: Names = [
  ["NW", 0x1],
  ["NR", 0x2],
  ["NX", 0x4],
];

const objectRights = new Map([...BITS, ...COMPOUND]);
const labelRights = new Map(LABEL);
const compoundByMask = new Map([...COMPOUND].reverse().map(([letters, mask]) => [mask, letters]));

/** Two upper-case letters -> mask, for a mandatory label or for any other ACE. */
export function lookUpRight(letters: string, label: boolean): number | undefined {
  return (label ? labelRights : objectRights).get(letters);
}

/** Hexadecimal (0x..), octal (0..) or decimal; null where the text is no number of at most 32 bits. */
export function parseMaskNumber(text: string): number | null {
  let value: number;
  if (/^0x[0-9a-f]+$/i.test(text)) value = Number.parseInt(text, 16);
  else if (/^0[0-7]*$/.test(text)) value = Number.parseInt(text, 8);
  else if (/^[1-9]\d*$/.test(text)) value = Number.parseInt(text, 10);
  else return null;
  return value <= 0xffff_ffff ? value : null;
}

/** Letters where they say it all, a hexadecimal number otherwise; nothing for an empty mask. */
export function formatRights(mask: number, label: boolean): string {
  const compound = label ? undefined : compoundByMask.get(mask);
  if (compound !== undefined) return compound;
  let rest = mask;
  let letters = "";
  for (const [name, bit] of label ? LABEL : BITS) {
    if ((rest & bit) === 0) continue;
    letters += name;
    rest &= ~bit;
  }
  return rest === 0 ? letters : `0x${mask.toString(16)}`;
}
