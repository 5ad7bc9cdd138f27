import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { CONFIG, type Config, validate } from '../../platform/index.js';
import { PolicyBundleError } from '../bundle/policy-bundle-error.js';
import { Policy } from '../policy.service.js';
import { systemResource } from '../vocabulary.js';
import { ApplyClosedError, isApplyOpen } from './apply-open.js';
import type { Attempt } from './attempt.js';
import { BUNDLE_SOURCE, type BundleSource } from './bundle-source.js';
import { DeliveryService } from './delivery.service.js';
import { PolicyRefusedError, refusedBundle } from './refusal.js';
import { RollbackService } from './rollback.service.js';
import { MANIFEST_FILE, MANIFEST_LIMIT, SIGNATURE_FILE } from './signing/manifest.js';
import { POLICY_FILES, siftTexts } from './sift-files.js';

const REASON = z.string().trim().min(1, 'say why').max(500);
const GENERATION = z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional();

const APPLY = z.strictObject({
  files: POLICY_FILES,
  reason: REASON,
  manifest: z.string().max(MANIFEST_LIMIT).optional(),
  signature: z.string().max(1_000).optional(),
  expectedGeneration: GENERATION,
});

const ROLLBACK = z.strictObject({
  version: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/, 'must be a version of the policy, or its first 8 digits or more')
    .optional(),
  reason: REASON,
  expectedGeneration: GENERATION,
});

/** How a try of somebody ended. */
export type Tried = Pick<Attempt, 'outcome' | 'version' | 'refusal' | 'message' | 'findings'>;

/** What people do to the policy, if they may administer it. */
@Injectable()
export class PolicyAdminService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(BUNDLE_SOURCE) private readonly source: BundleSource,
    private readonly policy: Policy,
    private readonly deliveries: DeliveryService,
    private readonly rollbacks: RollbackService,
  ) {}

  /**
   * Makes files live if they are good. That they are refused is an answer, with all findings.
   * @throws {ApplyClosedError} {@link PolicyMovedError}
   */
  async apply(caller: Principal, input: unknown): Promise<Tried> {
    await this.policy.authorize(caller, 'administer', systemResource('policy'));
    const { files, reason, manifest, signature, expectedGeneration } = validate(APPLY, input, 'input');
    if (!isApplyOpen(this.config, this.source, this.deliveries.keys))
      throw new ApplyClosedError(this.source.name);
    const by = subjectOf(caller);
    const beside = [
      ...(manifest === undefined ? [] : [{ path: MANIFEST_FILE, text: manifest }]),
      ...(signature === undefined ? [] : [{ path: SIGNATURE_FILE, text: signature }]),
    ];
    try {
      return await this.deliveries.deliver({
        ...siftTexts([...files, ...beside]),
        ...{ kind: 'apply', source: 'apply', by, reason, expectedGeneration },
      });
    } catch (error) {
      if (error instanceof PolicyRefusedError) return refusedTry(error);
      if (!(error instanceof PolicyBundleError)) throw error;
      const refused = refusedBundle(error);
      await this.deliveries.refuse({ kind: 'apply', source: 'apply', by }, 'none', refused);
      return refusedTry(refused);
    }
  }

  /**
   * Lets an earlier version answer again, until the source gives something new.
   * @throws {NothingToRollBackError} {@link VersionNotLoadedError} {@link PolicyMovedError}
   */
  async rollback(caller: Principal, input: unknown): Promise<Tried> {
    await this.policy.authorize(caller, 'administer', systemResource('policy'));
    return this.rollbacks.rollback(subjectOf(caller), validate(ROLLBACK, input, 'input'));
  }
}

function refusedTry({ refusal, reason, findings }: PolicyRefusedError): Tried {
  return { outcome: 'refused', version: null, refusal, message: reason, findings };
}
