import { globToLike, globToRegex } from '../glob/glob.js';
import type { Glob } from '../glob/glob.js';
import type { Plan } from './plan.js';

/** SQL expressions, from code and never from outside, for what a plan looks at. `tags` is a `text[]`. None may be null. */
export interface PlanColumns {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly tags: string;
}

/**
 * The plan as a PostgreSQL condition that can stand between AND and OR as it is.
 * @param params the statement's parameters so far; those of the plan are appended, and referred to as `$n`
 */
export function planToSql(plan: Plan, columns: PlanColumns, params: unknown[]): string {
  const param = (value: unknown): string => `$${params.push(value)}`;
  switch (plan.kind) {
    case 'all':
      return 'TRUE';
    case 'none':
      return 'FALSE';
    case 'namespaceIn':
      return `${columns.namespace} = ANY(${param([...plan.namespaces])}::text[])`;
    case 'kindIs':
      return `${columns.kind} = ${param(plan.value)}::text`;
    case 'nameGlob':
      return globToSql(plan.glob, columns.name, param);
    case 'hasAnyTag':
      return `${columns.tags} && ${param([...plan.tags])}::text[]`;
    case 'and':
    case 'or':
      return `(${plan.nodes.map((node) => planToSql(node, columns, params)).join(plan.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `NOT (${planToSql(plan.node, columns, params)})`;
  }
}

/** Whether PostgreSQL can only guess how many rows the plan describes: it asks for names by something else than their beginning. */
export function isGuessed(plan: Plan): boolean {
  switch (plan.kind) {
    case 'nameGlob':
      return plan.glob.prefix === '';
    case 'and':
    case 'or':
      return plan.nodes.some(isGuessed);
    case 'not':
      return isGuessed(plan.node);
    default:
      return false;
  }
}

/**
 * Equality or a prefix where that is all there is, which an index can serve; else an anchored regular expression. Where nothing is told of
 * the beginning LIKE stands before it, and turns away most names in a fraction of the time. Elsewhere PostgreSQL finds the beginning in the
 * expression, and would take what both turn away off twice: it would expect too few rows, and sort where it can read in order.
 */
function globToSql(glob: Glob, column: string, param: (value: unknown) => string): string {
  if (glob.isExact) return `${column} = ${param(glob.source)}::text`;
  const like = () => `${column} LIKE ${param(globToLike(glob))}::text`;
  const regex = () => `${column} ~ ${param(globToRegex(glob))}::text`;
  if (glob.prefix === '') return `(${like()} AND ${regex()})`;
  return glob.parts.length === 2 && glob.parts[1] === 'any' ? like() : regex();
}
