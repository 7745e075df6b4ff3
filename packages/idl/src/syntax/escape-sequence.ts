const SIMPLE: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\u0007",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "?": "?",
};

/** A literal's text between its quotes, with C escapes replaced; null if one of them is not C's. */
export function decodeEscapes(body: string): string | null {
  let valid = true;
  const decoded = body.replace(/\\(x[0-9a-fA-F]{1,4}|[0-7]{1,3}|.)/gs, (_, sequence: string) => {
    if (/^x./.test(sequence)) return String.fromCharCode(Number.parseInt(sequence.slice(1), 16));
    if (/^[0-7]/.test(sequence)) return String.fromCharCode(Number.parseInt(sequence, 8));
    const simple = SIMPLE[sequence];
    if (simple === undefined) valid = false;
    return simple ?? sequence;
  });
  return valid ? decoded : null;
}
