import {
  numberedPageRequest,
  type Page,
  type PageArgs,
  pageOf,
  type PageRequest,
} from '../../platform/index.js';

/** Rows that are read for one page at most: there are few that a caller sees none of. */
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
  for (let count = 0; count < MAX_READ && found.length < request.limit;) {
    const rows = await read({ ...request, after, limit: 500 });
    found.push(...rows.filter(isVisible));
    count += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < 500) break;
    after = [last.id];
  }
  return pageOf(found.slice(0, request.limit), request, ({ id }) => [id]);
}
