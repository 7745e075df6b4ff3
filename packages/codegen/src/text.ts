import { type Doc, hardline, join } from "./doc.js";

/** A string literal as Biome writes it: double quotes, unless single ones save escapes. */
export function stringLiteral(text: string): string {
  const count = (quote: string): number => text.split(quote).length - 1;
  const quote = count('"') > count("'") ? "'" : '"';
  let out = quote;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const char = text.charAt(i);
    if (char === quote || char === "\\") out += `\\${char}`;
    else if (char === "\n") out += "\\n";
    else if (char === "\r") out += "\\r";
    else if (char === "\t") out += "\\t";
    else if (unit < 0x20 || unit >= 0x7f) out += `\\u${unit.toString(16).padStart(4, "0")}`;
    else out += char;
  }
  return out + quote;
}

/** One line of a comment, without what would end it or steer a tool. */
function commentText(text: string): string {
  return text
    .replace(/\p{Cc}|[\u2028\u2029\ufeff]/gu, " ")
    .replace(/\*\//g, "*\\/")
    .replace(/@ts-/g, "@ ts-")
    .replace(/biome-ignore/g, "biome ignore")
    .trimEnd();
}

/** A `//` comment. */
export function lineComment(text: string): string {
  return `// ${commentText(text)}`;
}

/** A JSDoc comment followed by a line break; nothing for null. */
export function docComment(...texts: (string | null)[]): Doc {
  const lines = texts
    .filter((text) => text !== null)
    .flatMap((text) => text.split(/\r\n|[\n\r\u2028\u2029]/))
    .map(commentText);
  while (lines.length > 0 && lines[0]?.trim() === "") lines.shift();
  while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
  const [first] = lines;
  if (first === undefined) return [];
  if (lines.length === 1) return [`/** ${first.trim()} */`, hardline];
  return [
    "/**",
    hardline,
    join(
      hardline,
      lines.map((text) => (text === "" ? " *" : ` * ${text}`)),
    ),
    hardline,
    " */",
    hardline,
  ];
}
