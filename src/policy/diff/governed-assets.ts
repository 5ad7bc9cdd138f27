import type { Plan } from '../plan/plan.js';
import type { Kind } from '../vocabulary.js';

/** Injection token of {@link GovernedAssets}, which the catalog provides. */
export const GOVERNED_ASSETS = Symbol('GovernedAssets');

/** An asset as policy knows it. */
export interface GovernedAsset {
  readonly id: string;
  readonly namespace: string;
  readonly kind: Kind;
  readonly name: string;
  readonly tags: readonly string[];
}

/** What this room asks of the catalog, as a port: assets know policy, not the other way round. Nothing is hidden from it. */
export interface GovernedAssets {
  /** How many assets each plan describes, in one pass over them. @param plans up to 20 */
  count(plans: readonly Plan[]): Promise<readonly number[]>;
  /** The first assets by name that the plan describes. */
  first(plan: Plan, limit: number): Promise<readonly GovernedAsset[]>;
  /** Undefined when there is none of that id. */
  find(id: string): Promise<GovernedAsset | undefined>;
}
