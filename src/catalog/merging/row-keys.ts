import { z } from 'zod';

import { globMatches, parseGlob } from '../../policy/index.js';
import type { RowRule } from './rows/merge-text.js';

/** How the rows of files at some paths are told apart. */
export interface RowKeyRule {
  /** With a slash matched against the whole path, else against the file's name: `*.csv`, `data/**`. */
  readonly pattern: string;
  /** The key, in order; none where `isAppendOnly`. */
  readonly columns: readonly string[];
  /** Without a key: sides that only appended rows merge by keeping both appends. */
  readonly isAppendOnly: boolean;
}

const MAX_RULES = 100;
const MAX_KEY_COLUMNS = 16;

const RULE = z
  .object({
    pattern: z.string().superRefine((pattern, context) => {
      const glob = parseGlob(pattern);
      if (typeof glob === 'string') context.addIssue({ code: 'custom', message: glob });
    }),
    columns: z
      .array(z.string().min(1).max(256))
      .max(MAX_KEY_COLUMNS, `must have at most ${MAX_KEY_COLUMNS} columns`)
      .refine((columns) => new Set(columns).size === columns.length, 'must not name a column twice')
      .default([]),
    isAppendOnly: z.boolean().default(false),
  })
  .refine(({ columns, isAppendOnly }) => isAppendOnly === (columns.length === 0), {
    path: ['columns'],
    error: 'must name the key, or be left out with isAppendOnly',
  });

export const ROW_KEY_RULES = z.array(RULE).max(MAX_RULES, `must have at most ${MAX_RULES} rules`);

/** The rule of a path: the first whose pattern matches. */
export function ruleOf(rules: readonly RowKeyRule[], path: string): RowRule | undefined {
  const rule = rules.find(({ pattern }) => matches(pattern, path));
  if (rule === undefined) return undefined;
  return rule.isAppendOnly ? { append: true } : { key: rule.columns };
}

function matches(pattern: string, path: string): boolean {
  const glob = parseGlob(pattern);
  // Checked when it was set; a pattern that later rules refuse matches nothing.
  if (typeof glob === 'string') return false;
  return globMatches(glob, pattern.includes('/') ? path : path.slice(path.lastIndexOf('/') + 1));
}
