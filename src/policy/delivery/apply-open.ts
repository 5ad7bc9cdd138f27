import { type Config, DomainError } from '../../platform/index.js';
import type { BundleSource } from './bundle-source.js';
import type { PublicKeys } from './signing/public-keys.js';

/** Policy files come from elsewhere; nobody may apply others beside it. */
export class ApplyClosedError extends DomainError {
  readonly kind = 'conflict';
  constructor(readonly source: string) {
    super(
      `The policy is kept at ${source}, and files are taken from there alone. Change them there, or set CAIRN_POLICY_APPLY=true.`,
      { source },
    );
  }
}

/** Whether files may be applied beside the source: as configured, else only beside a folder whose files need no signature. */
export function isApplyOpen(
  { CAIRN_POLICY_APPLY }: Pick<Config, 'CAIRN_POLICY_APPLY'>,
  { kind }: Pick<BundleSource, 'kind'>,
  { isRequired }: Pick<PublicKeys, 'isRequired'>,
): boolean {
  return CAIRN_POLICY_APPLY ?? (kind === 'directory' && !isRequired);
}
