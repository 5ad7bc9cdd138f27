/** Edits at most by which a word is taken for another, by its length. */
function editsFor(length: number): number {
  return length < 4 ? 0 : length < 8 ? 1 : 2;
}

/**
 * The known word that `word` is most likely a misspelling of: one letter or two away, by its length, counting two swapped neighbours as
 * one. Words that differ in their digits alone (`team-1`, `team-2`) are meant so.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = editsFor(word.length) + 1;
  for (const other of known) {
    if (other === word || Math.abs(other.length - word.length) >= least) continue;
    if (other.replace(/\d+/g, '') === word.replace(/\d+/g, '')) continue;
    const distance = distanceOf(word, other, least);
    if (distance < least) [best, least] = [other, distance];
  }
  return best;
}

/** `; did you mean X?`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

/** Edits from one word to the other, swaps of neighbours included (optimal string alignment). @param limit from which on it does not matter how many */
function distanceOf(left: string, right: string, limit: number): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      let distance = Math.min(
        previous[column]! + 1,
        current[column - 1]! + 1,
        previous[column - 1]! + (isSame ? 0 : 1),
      );
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && isSwap) distance = Math.min(distance, beforePrevious[column - 2]! + 1);
      current.push(distance);
    }
    if (Math.min(...current) >= limit) return limit;
    [beforePrevious, previous] = [previous, current];
  }
  return previous[right.length]!;
}
