import { createHash } from 'node:crypto';
import { InvalidInputError, type Page, pageOf, type PageRequest, pageRequest } from '../../platform/index.js';
import { byPosition, isBehind, type Position } from './positions.js';

type Key = readonly [instant: string, question: string, distance: number, id: string];

/** Nodes of a page. */
export interface GraphPage<Row> extends Page<Row> {
  /** Whether what stands there is on this page. What stands behind all nodes is on the last one. */
  has(position: Position): boolean;
}

/** One page of a graph: what is asked, as of when, and behind what. */
export interface GraphTurn {
  readonly first: number;
  readonly asOf: Date;
  /** Where the page before ended. */
  readonly after: Position | undefined;
  /**
   * Cuts the page off.
   * @param isAll whether there is nothing behind the rows; else there is
   */
  pageOf<Row extends Position>(rows: readonly Row[], isAll: boolean): GraphPage<Row>;
}

const NOT_OURS = 'must be the endCursor of an earlier page of this list';
const OTHER_QUESTION = 'must be given with the arguments of the page that it ends: only first may be another';

/**
 * A page's cursor holds the instant of the first page, so that all of them tell of one, a digest of what was asked, and the position of the
 * last node under the id by which the caller sees it: of what they may not see that tells nothing.
 * @param question all arguments but `first` and `after`, as JSON values
 * @param asOf as it was asked for; now when absent
 * @param maxFirst nodes of a page at most
 * @throws {InvalidInputError} `first` or `after`
 */
export function graphTurn(
  question: readonly unknown[],
  asOf: Date | null | undefined,
  args: { readonly first: number; readonly after?: string | null | undefined },
  maxFirst: number,
): GraphTurn {
  const digest = createHash('sha256')
    .update(JSON.stringify([...question, asOf ?? null]))
    .digest('base64url');
  const request: PageRequest<Key> = pageRequest<Key>(
    { first: args.first, after: args.after ?? undefined },
    4,
    maxFirst,
  );
  const turn = request.after === undefined ? undefined : positionOf(request.after, digest);
  const at = turn?.asOf ?? asOf ?? new Date();
  return {
    first: request.first,
    asOf: at,
    after: turn?.after,
    pageOf: (rows, isAll) => {
      const isRest = (position: Position) => turn?.after === undefined || isBehind(position, turn.after);
      const { nodes, pageInfo } = pageOf(
        rows.filter(isRest).sort(byPosition),
        request,
        ({ distance, id }): Key => [at.toISOString(), digest, distance, id],
      );
      const hasNextPage = pageInfo.hasNextPage || !isAll;
      const end = hasNextPage ? nodes.at(-1) : undefined;
      return {
        nodes,
        pageInfo: { ...pageInfo, hasNextPage },
        has: (position) => isRest(position) && (end === undefined || !isBehind(position, end)),
      };
    },
  };
}

function positionOf([instant, question, distance, id]: Key, digest: string): { asOf: Date; after: Position } {
  const asOf = new Date(instant);
  const isOurs =
    typeof instant === 'string' &&
    !Number.isNaN(asOf.getTime()) &&
    asOf.toISOString() === instant &&
    Number.isInteger(distance) &&
    distance >= 0 &&
    typeof id === 'string';
  if (!isOurs) throw new InvalidInputError('after', NOT_OURS);
  if (question !== digest) throw new InvalidInputError('after', OTHER_QUESTION);
  return { asOf, after: { distance, id } };
}
