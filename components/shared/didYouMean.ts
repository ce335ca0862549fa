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

/** `did you mean "x"?`, or what there is. */
export function nearestOf(name: string, known: readonly string[]): string {
  const nearest = didYouMean(name, known);
  if (nearest !== undefined) return `did you mean "${nearest}"?`;
  return known.length === 0 ? "remove it" : `use one of ${known.join(", ")}`;
}

/** Edits between `a` and `b`: insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...b].entries()) {
      const edits = [
        (row[column] ?? 0) + (letter === other ? 0 : 1),
        (row[column + 1] ?? 0) + 1,
        (next[column] ?? 0) + 1,
      ];
      if (column > 0 && a[line - 1] === other && letter === b[column - 1])
        edits.push((before[column - 1] ?? line - 1) + 1);
      next.push(Math.min(...edits));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
