/** `, did you mean "list"?` for the candidate that is nearest to what was typed, or nothing if none is near. */
export function suggest(typed: string, candidates: readonly string[]): string {
  const farthest = typed.length <= 3 ? 1 : 2;
  const near = candidates
    .map((candidate) => ({ candidate, edits: countEdits(typed.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= farthest || isBeginning(typed, candidate))
    .sort((a, b) => a.edits - b.edits)[0];
  return near === undefined ? "" : `, did you mean "${near.candidate}"?`;
}

function isBeginning(typed: string, candidate: string): boolean {
  return typed.length >= 2 && candidate.toLowerCase().startsWith(typed.toLowerCase());
}

/** Letters to insert, remove or replace to get from one word to the other (Levenshtein's distance). */
function countEdits(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > 2) return Number.POSITIVE_INFINITY;
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, wanted] of [...to].entries()) {
      const kept = (above[column] ?? 0) + (letter === wanted ? 0 : 1);
      current.push(Math.min(kept, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    above = current;
  }
  return above.at(-1) ?? 0;
}
