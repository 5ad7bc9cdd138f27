import { InvalidInputError } from '../../../platform/errors/index.js';

const MAX_OFFSET = 1_000_000;

/** Where a page begins, from the token of the page before. @throws {InvalidInputError} `page_token` */
export function offsetOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const text = Buffer.from(token.slice(0, 100), 'base64url').toString('latin1');
  const offset = /^offset:(\d{1,7})$/.exec(text)?.[1];
  if (offset !== undefined && Number(offset) <= MAX_OFFSET) return Number(offset);
  // Told, and not by a page without a token: clients would take that for the end.
  if (offset !== undefined)
    throw new InvalidInputError('page_token', `must not lead behind ${MAX_OFFSET} items; ask for fewer`);
  throw new InvalidInputError('page_token', 'must be the next_page_token of an earlier page');
}

/**
 * Cuts a page off rows of which one more was read than is shown.
 * @returns the page and the token of the next, absent where there is none
 */
export function pageFrom<Row>(
  rows: readonly Row[],
  offset: number,
  size: number,
): { readonly page: Row[]; readonly next: { next_page_token?: string } } {
  const end = offset + size;
  const token = Buffer.from(`offset:${end}`, 'latin1').toString('base64url');
  return { page: rows.slice(0, size), next: rows.length > size ? { next_page_token: token } : {} };
}
