/** Guesses what a misspelt name was meant to be. In: the name and those that exist. Out: the remedy of a Problem. */

/** `did you mean "x"?`, or the list of what there is. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = known
    .map((other) => ({ other, distance: distance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  // a third of the letters wrong is still a typing error; more is another word
  if (nearest && nearest.distance <= Math.max(1, Math.floor(Math.max(name.length, nearest.other.length) / 3)))
    return `did you mean "${nearest.other}"?`;
  return known.length === 0 ? "remove it" : `use one of ${known.join(", ")}`;
}

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: optimal string alignment. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const edits = [at(current, column - 1) + 1, at(last, column) + 1, at(last, column - 1) + same];
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        edits.push(at(before, column - 2) + 1);
      current.push(Math.min(...edits));
    }
    [before, last] = [last, current];
  }
  return at(last, b.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Number.POSITIVE_INFINITY;
