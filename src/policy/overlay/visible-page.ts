import {
  cursorOf,
  numberedPageRequest,
  type Page,
  type PageArgs,
  pageOf,
  type PageRequest,
} from '../../platform/index.js';

/** Rows that are read for one page at most; where so many are not for the caller, a page may have fewer than were asked for, or none. */
const MAX_READ = 10_000;

/** A page of rows of which some are not for the caller, by id, the latest first. */
export async function visiblePage<Row extends { readonly id: string }>(
  args: PageArgs,
  read: (page: PageRequest<readonly [string]>) => Promise<readonly Row[]>,
  isVisible: (row: Row) => boolean,
): Promise<Page<Row>> {
  const request = numberedPageRequest(args);
  const found: Row[] = [];
  let after = request.after;
  for (let count = 0; found.length < request.limit;) {
    // The next page goes on behind all that was read for this one.
    if (after !== undefined && count >= MAX_READ)
      return { nodes: found, pageInfo: { hasNextPage: true, endCursor: cursorOf(after) } };
    const rows = await read({ ...request, after, limit: 500 });
    found.push(...rows.filter(isVisible));
    count += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < 500) break;
    after = [last.id];
  }
  return pageOf(found.slice(0, request.limit), request, ({ id }) => [id]);
}
