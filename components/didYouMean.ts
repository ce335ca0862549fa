/** The likeliest of the allowed words, for the "did you mean" of an error. */

/** The word of `allowed` nearest to `got` (in any case), or undefined when none is near: at most a third of it may differ. */
export function didYouMean(got: string, allowed: readonly string[]): string | undefined {
  const wanted = got.toLowerCase();
  const ranked = allowed
    .map((word) => ({ word, distance: editDistance(wanted, word.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  const bound = Math.max(1, Math.floor(wanted.length / 3));
  return best !== undefined && best.distance <= bound ? best.word : undefined;
}

/** Levenshtein distance: insertions, deletions and substitutions between `a` and `b`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...b].entries()) {
      const substitution = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(substitution, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
