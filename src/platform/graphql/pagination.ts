import type { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { seal, unseal } from '../database/sealed-text.js';
import { InvalidInputError } from '../errors/domain-error.js';

const MAX_PAGE = 200;
/** A name has 2,400 bytes at most, of which JSON makes six times as many where they are control characters, and base64 a third more. */
const MAX_CURSOR_CHARS = 20 * 1024;

/** Arguments of every list. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: 50, description: 'Items at most, 1–200.' })
  first!: number;

  @Field(() => String, { nullable: true, description: '`pageInfo.endCursor` of the page before.' })
  after?: string;
}

@ObjectType({ description: 'Where a page ends.' })
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether a further page exists.' })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Give it as `after` to get the next page.' })
  endCursor?: string;
}

/** One page of a list in a fixed order. */
export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: PageInfo;
}

/** Makes the GraphQL type of a page of `node`: `DatasetPage` from `Dataset`. */
export function pageType<Node>(node: Type<Node>, name: string): Type<Page<Node>> {
  @ObjectType(name, { description: `One page of ${node.name} items.` })
  class PageOf {
    @Field(() => [node])
    nodes!: Node[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;
  }
  return PageOf;
}

/** A checked page request: how many rows to read (one more than shown, to know of a next page), and after which key. */
export interface PageRequest<Key extends readonly unknown[]> {
  readonly first: number;
  readonly limit: number;
  readonly after?: Key;
}

/**
 * Checks page arguments. A cursor is the sort key of the last item shown, sealed.
 * @param keyLength how many parts the list's sort key has
 * @param maxFirst items of a page at most
 * @throws {InvalidInputError} `first` or `after`
 */
export function pageRequest<Key extends readonly unknown[]>(
  args: PageArgs,
  keyLength: number,
  maxFirst = MAX_PAGE,
): PageRequest<Key> {
  if (!Number.isInteger(args.first) || args.first < 1 || args.first > maxFirst) {
    throw new InvalidInputError('first', `must be a whole number from 1 to ${maxFirst}, not ${args.first}`);
  }
  const after =
    args.after === undefined || args.after === null ? undefined : decodeCursor<Key>(args.after, keyLength);
  return { first: args.first, limit: args.first + 1, after };
}

/** The same for a list that is sorted by a number of PostgreSQL's, an id or a position. @throws {InvalidInputError} `first` or `after` */
export function numberedPageRequest(args: PageArgs): PageRequest<readonly [string]> {
  const request = pageRequest<readonly [string]>(args, 1);
  if (request.after !== undefined && !/^\d{1,18}$/.test(String(request.after[0]))) throw notOfThisList();
  return request;
}

/** Cuts the extra row off and makes the cursor. @param keyOf the sort key of a row, JSON values only */
export function pageOf<Row>(
  rows: readonly Row[],
  request: PageRequest<readonly unknown[]>,
  keyOf: (row: Row) => readonly unknown[],
): Page<Row> {
  const nodes = rows.slice(0, request.first);
  const last = nodes.at(-1);
  return {
    nodes,
    pageInfo: {
      hasNextPage: rows.length > request.first,
      endCursor: last === undefined ? undefined : cursorOf(keyOf(last)),
    },
  };
}

/** A sort key as clients carry it: sealed, since its numbers count what is hidden from them, too. */
export const cursorOf = (key: readonly unknown[]): string => seal(JSON.stringify(key));

function decodeCursor<Key extends readonly unknown[]>(cursor: string, keyLength: number): Key {
  try {
    if (cursor.length > MAX_CURSOR_CHARS) throw new RangeError('too long');
    const key: unknown = JSON.parse(unseal(cursor) ?? '');
    if (Array.isArray(key) && key.length === keyLength && key.every(isKeyPart)) return key as unknown as Key;
  } catch {
    // told below, with the rule
  }
  throw notOfThisList();
}

function notOfThisList(): InvalidInputError {
  return new InvalidInputError('after', 'must be the endCursor of an earlier page of this list');
}

function isKeyPart(part: unknown): boolean {
  return typeof part === 'string' || typeof part === 'number';
}
