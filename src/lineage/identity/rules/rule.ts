import type { AssetSpace } from '../../../catalog/index.js';
import type { Spelling } from './spelling.js';

/** What a rule of an installation says. */
export type RuleDefinition =
  /** A namespace is another, e.g. a host of two names, or an account of Snowflake and its locator. */
  | { readonly kind: 'namespace'; readonly from: string; readonly to: string }
  /** Names of a pattern are spelled by another, see `Template`: a catalog of Trino as the database that it shows, jobs with a counter. */
  | { readonly kind: 'template'; readonly space: AssetSpace; readonly from: Spelling; readonly to: Spelling }
  /** Jobs of a pattern are one as long as they run the same statement. */
  | { readonly kind: 'statement'; readonly from: Spelling }
  /** Two names are of one asset; `to` is shown. */
  | { readonly kind: 'same'; readonly space: AssetSpace; readonly from: Spelling; readonly to: Spelling }
  /** What events say of two names, that they are of one asset, does not count. */
  | { readonly kind: 'apart'; readonly space: AssetSpace; readonly from: Spelling; readonly to: Spelling }
  /** A rule that comes with Cairn is off. */
  | { readonly kind: 'off'; readonly rule: string };

export const RULE_KINDS = ['namespace', 'template', 'statement', 'same', 'apart', 'off'] as const;
export type RuleKind = (typeof RULE_KINDS)[number];

/** A rule of an installation. */
export interface StoredRule {
  readonly id: string;
  readonly definition: RuleDefinition;
}
