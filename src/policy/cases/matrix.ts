import { z } from 'zod';
import { InvalidInputError } from '../../platform/errors/index.js';
import { ACTIONS, KINDS, type Action } from '../vocabulary.js';
import { FILTERS, MASKS } from './case.js';
import { CONTEXT, NOON } from './context.js';
import type { Question } from './question.js';

const PRINCIPAL = z.strictObject({
  subject: z.string(),
  groups: z.array(z.string()).max(100).default([]),
  /** Over the matrix's own. */
  context: CONTEXT.default({}),
});

const RESOURCE = z.strictObject({
  namespace: z.string(),
  kind: z.enum(KINDS),
  name: z.string().min(1),
  tags: z.array(z.string()).max(100).default([]),
  /** Over the matrix's and the principal's: the branch that is written, where a deployment goes. */
  context: CONTEXT.default({}),
});

/** One name or several; left out, all. */
const NAMES = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((names) => (typeof names === 'string' ? [names] : names))
  .optional();

/**
 * All questions of some principals about some resources, as a file of `tests/` or an item of one. What is not under `allow`
 * must be denied, and is asked. Everything is asked as by one who carries masks and filters out.
 */
export const MATRIX = z.strictObject({
  /** What it is about, in one sentence. */
  matrix: z.string().min(1).max(1_000),
  /** The frozen clock. */
  now: z.iso.datetime({ offset: true }).default(NOON),
  context: CONTEXT.omit({ now: true }).strict().default({}),
  /** A subject, or more about one, by a name of the author's. */
  principals: z.record(
    z.string(),
    z.union([z.string().transform((subject) => PRINCIPAL.parse({ subject })), PRINCIPAL]),
  ),
  resources: z.record(z.string(), RESOURCE),
  /** Left out, all. Parts of the service are asked for `administer` alone, and assets for all else. */
  actions: z
    .array(z.enum(ACTIONS))
    .min(1)
    .default([...ACTIONS]),
  allow: z
    .array(
      z.strictObject({
        principals: NAMES,
        resources: NAMES,
        actions: NAMES,
        /** Exactly these; left out, none. */
        masks: MASKS.default({}),
        /** Exactly these must rows pass; left out, all rows are seen. */
        filters: FILTERS.default([]),
      }),
    )
    .default([]),
});
export type Matrix = z.infer<typeof MATRIX>;

/** How many questions a matrix may come to; known before it is spread out. */
export function cellsOf({ principals, resources, actions }: Matrix): number {
  return Object.keys(principals).length * Object.keys(resources).length * actions.length;
}

/**
 * The questions of a matrix.
 * @param lines where the matrix stands, and where each item of its `allow`
 * @throws {InvalidInputError} naming an item of `allow` that speaks of what the matrix does not have
 */
export function questionsOf(
  matrix: Matrix,
  lines: { readonly own: number; readonly allow: readonly number[] },
): Omit<Question, 'file'>[] {
  const allowed = allowedCells(matrix, lines.allow);
  const questions: Omit<Question, 'file'>[] = [];
  for (const [who, { subject, groups, context: own }] of Object.entries(matrix.principals)) {
    for (const [what, { context: its, ...resource }] of Object.entries(matrix.resources)) {
      const context = { ...matrix.context, ...own, ...its };
      const now = new Date(context.now ?? matrix.now);
      for (const action of matrix.actions) {
        if (!isAskedOf(action, resource.kind)) continue;
        const expected = allowed.get(cellKey(who, what, action));
        questions.push({
          sentence: `${matrix.matrix}: ${who} ${action} ${what}`,
          line: expected?.line ?? lines.own,
          request: { subject, groups, action, ...resource, context: { ...context, now }, appliesMasks: true },
          expected: {
            allowed: expected !== undefined,
            masks: expected?.masks ?? {},
            filters: expected?.filters ?? [],
          },
        });
      }
    }
  }
  return questions;
}

interface AllowedCell {
  readonly line: number;
  readonly masks: Readonly<Record<string, string>>;
  readonly filters: readonly string[];
}

function allowedCells(matrix: Matrix, lines: readonly number[]): ReadonlyMap<string, AllowedCell> {
  const cells = new Map<string, AllowedCell>();
  for (const [index, entry] of matrix.allow.entries()) {
    const field = `allow[${index}]`;
    const principals = named(entry.principals, Object.keys(matrix.principals), `${field}.principals`);
    const resources = named(entry.resources, Object.keys(matrix.resources), `${field}.resources`);
    const actions = named(entry.actions, matrix.actions, `${field}.actions`);
    for (const who of principals) {
      for (const what of resources) {
        for (const action of actions) {
          const key = cellKey(who, what, action);
          const earlier = cells.get(key);
          const { masks, filters } = entry;
          if (earlier !== undefined && obligationsKey(earlier) !== obligationsKey(entry))
            throw new InvalidInputError(
              field,
              `says other masks or filters of ${who} ${action} ${what} than an item before it`,
            );
          cells.set(key, { line: lines[index] ?? 0, masks, filters });
        }
      }
    }
  }
  return cells;
}

function named(
  names: readonly string[] | undefined,
  known: readonly string[],
  field: string,
): readonly string[] {
  const strange = names?.find((name) => !known.includes(name));
  if (strange !== undefined)
    throw new InvalidInputError(
      field,
      `"${strange}" is none of the matrix: ${known.slice(0, 20).join(', ')}`,
    );
  return names ?? known;
}

/** Whether the service ever asks that: anything else is denied, or allowed to no effect. */
function isAskedOf(action: Action, kind: (typeof KINDS)[number]): boolean {
  return (kind === 'system') === (action === 'administer');
}

function obligationsKey({ masks, filters }: Pick<AllowedCell, 'masks' | 'filters'>): string {
  return JSON.stringify([masks, filters]);
}

function cellKey(who: string, what: string, action: string): string {
  return JSON.stringify([who, what, action]);
}
