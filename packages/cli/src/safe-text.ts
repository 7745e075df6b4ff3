/** Text of others with its control characters spelled out, so that it can't steer the terminal. */
export function safeText(text: string): string {
  return text.replace(/\p{Cc}/gu, spellOut);
}

/** Pretty JSON, in which no control character but the line ends is left. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[^\P{Cc}\n]/gu, spellOut);
}

function spellOut(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
