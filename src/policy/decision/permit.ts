import { maskName } from '../mask/mask.js';
import type { ColumnMask } from './column-masks.js';
import type { CompiledPolicy } from './compiled-policy.js';
import type { Decision, DecisionRequest, FilterObligation } from './decision.js';

/** Classifications by column, fields of structs as `struct.field`. */
export type ColumnClassifications = ReadonlyMap<string, readonly string[]>;

/** What must be done with what is read before the caller gets it. Nothing where both are empty. */
export interface Permit {
  readonly masks: readonly ColumnMask[];
  /** Rows are seen that all of them let through. */
  readonly filters: readonly FilterObligation[];
}

/**
 * The answer to somebody who will carry out its obligations, made into what is to be done with columns and rows. The decision's rules and
 * reason name masks and filters too.
 * @param request with its columns
 * @returns nothing to be done where the answer is no
 */
export function permitOf(
  policy: CompiledPolicy,
  { columns: given = {}, ...request }: DecisionRequest,
): { readonly decision: Decision; readonly permit: Permit } {
  const columns = new Map(Object.entries(given));
  const tags = [...new Set([...request.tags, ...[...columns.values()].flat()])];
  const decision = policy.decide({ ...request, tags, appliesMasks: true });
  const found = policy.columnMasks(decision.obligations, columns);
  const { filters } = decision;
  if (found.kind === 'uncovered') {
    const about = found.obligations.map(({ tag, rules }) => `${tag} by ${rules.join(', ')}`).join(' and of ');
    const denied = {
      ...{ ...decision, allowed: false, obligations: [], filters: [] },
      rules: [...new Set(found.obligations.flatMap(({ rules }) => rules))],
      reason: `the mask of ${about} cannot be carried out: the asset is classified so, and no column of it`,
    };
    return { decision: denied, permit: { masks: [], filters: [] } };
  }
  const { masks } = found;
  const done = [
    ...masks.map(({ column, mask, rules }) => `${rules.join(', ')} masks ${column} by ${maskName(mask)}`),
    ...filters.map(({ rule }) => `${rule} filters rows`),
  ];
  if (done.length === 0) return { decision, permit: { masks, filters } };
  const rules = [
    ...new Set([
      ...decision.rules,
      ...masks.flatMap((mask) => mask.rules),
      ...filters.map(({ rule }) => rule),
    ]),
  ];
  return {
    decision: { ...decision, rules, reason: `${decision.reason}; ${done.join('; ')}` },
    permit: { masks, filters },
  };
}
