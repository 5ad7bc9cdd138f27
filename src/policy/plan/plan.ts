import { globMatches } from '../glob/glob.js';
import type { Glob } from '../glob/glob.js';
import type { Kind } from '../vocabulary.js';

/**
 * A predicate over assets, neutral of where it runs: in process by {@link planMatches}, in PostgreSQL by `planToSql`.
 * The tags of `hasAnyTag` are closed over their tree when the plan is built, so that rows keep their own tags only;
 * "none of" and "all of" are said by `not` and `and`.
 */
export type Plan =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'namespaceIn'; readonly namespaces: readonly string[] }
  | { readonly kind: 'kindIs'; readonly value: Kind }
  | { readonly kind: 'nameGlob'; readonly glob: Glob }
  | { readonly kind: 'hasAnyTag'; readonly tags: readonly string[] }
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly Plan[] }
  | { readonly kind: 'not'; readonly node: Plan };

/** What a plan looks at. */
export interface PlanRow {
  readonly namespace: string;
  readonly kind: Kind;
  readonly name: string;
  /** The row's own classifications. */
  readonly tags: readonly string[];
}

/**
 * Whether a row of any name is one of those that the plan describes.
 * @returns undefined when it is its name that decides
 */
export function planMatchesAnyName(plan: Plan, row: Omit<PlanRow, 'name'>): boolean | undefined {
  switch (plan.kind) {
    case 'nameGlob':
      return undefined;
    case 'and':
    case 'or': {
      const ends = plan.kind === 'or';
      const answers = new Set(plan.nodes.map((node) => planMatchesAnyName(node, row)));
      return answers.has(ends) ? ends : answers.has(undefined) ? undefined : !ends;
    }
    case 'not': {
      const answer = planMatchesAnyName(plan.node, row);
      return answer === undefined ? undefined : !answer;
    }
    default:
      return planMatches(plan, { ...row, name: '' });
  }
}

/** Whether the row is one of those that the plan describes. */
export function planMatches(plan: Plan, row: PlanRow): boolean {
  switch (plan.kind) {
    case 'all':
      return true;
    case 'none':
      return false;
    case 'namespaceIn':
      return plan.namespaces.includes(row.namespace);
    case 'kindIs':
      return plan.value === row.kind;
    case 'nameGlob':
      return globMatches(plan.glob, row.name);
    case 'hasAnyTag':
      return plan.tags.some((tag) => row.tags.includes(tag));
    case 'and':
      return plan.nodes.every((node) => planMatches(node, row));
    case 'or':
      return plan.nodes.some((node) => planMatches(node, row));
    case 'not':
      return !planMatches(plan.node, row);
  }
}
