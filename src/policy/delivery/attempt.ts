import type { SourceKind } from '../versions/policy-version.js';
import type { Finding } from '../check/finding.js';
import type { Refusal } from './refusal.js';

/**
 * How a try to bring policy files in ended.
 * - `taken` they are live · `unchanged` they say what is live already
 * - `held` the source still shows what was rolled back, or what files applied since replaced: it waits for something new
 * - `refused` they are not good, see the findings · `failed` the source cannot be read now
 */
export type Outcome = 'taken' | 'unchanged' | 'held' | 'refused' | 'failed';

/** One try, as it is kept. */
export interface Attempt {
  /** Where the files are from, e.g. `directory:/etc/cairn/policies`; `apply` and `rollback` for what people ask for. */
  readonly source: string;
  readonly kind: SourceKind;
  readonly sourceRef: string | null;
  readonly digest: string;
  /** {@link Bundle.version}, where the files could be read as a policy. */
  readonly version: string | null;
  readonly outcome: Outcome;
  readonly refusal: Refusal | null;
  /** One sentence. */
  readonly message: string;
  readonly findings: readonly Finding[];
  readonly attemptedBy: string;
  readonly attemptedAt: Date;
}
