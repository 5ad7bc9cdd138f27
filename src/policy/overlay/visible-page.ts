import {
  InvalidInputError,
  type Page,
  type PageArgs,
  pageOf,
  type PageRequest,
  pageRequest,
} from '../../platform/index.js';

/** Rows that are read for one page at most: there are few that a caller sees none of. */
const MAX_READ = 10_000;

/** A page of rows of which some are not for the caller, by id, the latest first. */
export async function visiblePage<Row extends { readonly id: string }>(
  args: PageArgs,
  read: (page: PageRequest<readonly [string]>) => Promise<readonly Row[]>,
  isVisible: (row: Row) => boolean,
): Promise<Page<Row>> {
  const request = pageRequest<readonly [string]>(args, 1);
  if (request.after !== undefined && !/^\d{1,18}$/.test(String(request.after[0])))
    throw new InvalidInputError('after', 'must be the endCursor of an earlier page of this list');
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
