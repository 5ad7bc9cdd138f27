/** Words of one text at most; the rest of a very long text is not searched. */
const MAX_WORDS = 5_000;

/** Between two words: everything but letters and digits, and a change from small to capital letters as in camelCase. */
const BETWEEN = /[^\p{L}\p{N}]+/u;
const HUMP = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u;

/**
 * The words of a name or a text, in small letters: `shop.raw_orderItems` gives `shop raw order items` and `orderitems`, so that it is
 * found by its parts and as people write it in one.
 */
export function wordsOf(text: string): string[] {
  const words = new Set<string>();
  for (const part of text.normalize('NFKC').split(BETWEEN)) {
    if (part === '') continue;
    for (const hump of part.split(HUMP)) words.add(hump.toLowerCase());
    words.add(part.toLowerCase());
    if (words.size >= MAX_WORDS) break;
  }
  return [...words].slice(0, MAX_WORDS);
}

/** The words that a query asks for, all of which must be found: like {@link wordsOf}, the first ten, without those written in one. */
export function termsOf(query: string): string[] {
  return query
    .normalize('NFKC')
    .split(BETWEEN)
    .flatMap((part) => part.split(HUMP))
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())
    .slice(0, 10);
}
