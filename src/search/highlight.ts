/** Marks around what was found, in plain text. */
export const MARKS = { start: '«', end: '»' } as const;

const AROUND_CHARS = 60;

/**
 * The first of some texts in which a term begins a word, cut to its surroundings, with all terms in it marked.
 * @param texts in the order of their weight; shown as they are, never as HTML
 * @param terms in small letters
 * @returns the first text without marks when nothing is found, which is how a misspelt query finds
 */
export function highlight(texts: readonly string[], terms: readonly string[]): string {
  const pattern = patternOf(terms);
  for (const text of texts) {
    const at = pattern === undefined ? -1 : text.search(pattern);
    if (at === -1 || pattern === undefined) continue;
    const { start, end } = cut(text, at);
    const marked = text
      .slice(start, end)
      .replace(new RegExp(pattern, 'giu'), (found) => `${MARKS.start}${found}${MARKS.end}`);
    return `${start > 0 ? '… ' : ''}${marked}${end < text.length ? ' …' : ''}`;
  }
  const [first = ''] = texts;
  return first.slice(0, 2 * AROUND_CHARS);
}

function patternOf(terms: readonly string[]): RegExp | undefined {
  if (terms.length === 0) return undefined;
  const words = [...terms]
    .sort((a, b) => b.length - a.length)
    .map((term) => term.replace(/[^\p{L}\p{N}]/gu, ''));
  return new RegExp(words.join('|'), 'iu');
}

/** From a space before to a space after, where there are any. */
function cut(text: string, at: number): { start: number; end: number } {
  const from = Math.max(0, at - AROUND_CHARS);
  const to = Math.min(text.length, at + AROUND_CHARS);
  const space = text.indexOf(' ', from);
  const start = from === 0 || space === -1 || space >= at ? from : space + 1;
  const last = text.lastIndexOf(' ', to);
  return { start, end: to === text.length || last <= at ? to : last };
}
