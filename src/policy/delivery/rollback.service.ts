import { Injectable } from '@nestjs/common';
import { Database, InvalidInputError, NotFoundError } from '../../platform/index.js';
import { BundleChecks } from '../check/aside/bundle-checks.js';
import { NothingToRollBackError, PolicyMovedError } from '../versions/errors.js';
import { loadVersion } from '../versions/load-version.js';
import { PolicyFollower } from '../versions/policy-follower.js';
import { PolicyMover } from '../versions/policy-mover.js';
import { rollbackTarget } from '../versions/rollback-target.js';
import { VersionRepository } from '../versions/version.repository.js';
import type { Tried } from './policy-admin.service.js';
import { AttemptRepository } from './attempt.repository.js';
import { DeliveryService } from './delivery.service.js';
import { deliveries } from './metrics.js';

/** What a rollback is asked to do. */
export interface Rollback {
  /** The version, or the first digits of it; what was live before what is live now when absent. */
  readonly version?: string | undefined;
  readonly reason: string;
  readonly expectedGeneration?: number | undefined;
}

/** Moves the pointer back to a version that is kept. What the source showed by then is not taken again by itself. */
@Injectable()
export class RollbackService {
  constructor(
    private readonly database: Database,
    private readonly versions: VersionRepository,
    private readonly attempts: AttemptRepository,
    private readonly mover: PolicyMover,
    private readonly follower: PolicyFollower,
    private readonly delivery: DeliveryService,
    private readonly checks: BundleChecks,
  ) {}

  /** The caller of this has been authorized. */
  async rollback(by: string, { version: wanted, reason, expectedGeneration }: Rollback): Promise<Tried> {
    const target =
      wanted === undefined ? rollbackTarget(await this.versions.path()) : await this.named(wanted);
    if (target === undefined) throw new NothingToRollBackError('nothing was live before');
    const stored = (await this.versions.find(target))!;
    const compiled = await loadVersion(stored, this.delivery.keys, this.checks);
    const message = 'The version answers again.';
    await this.database.run(async () => {
      const live = (await this.versions.lock())!;
      if (expectedGeneration !== undefined && expectedGeneration !== live.generation)
        throw new PolicyMovedError(expectedGeneration, live.generation);
      if (live.version === target) throw new NothingToRollBackError(`${target} is live`);
      await this.mover.prepare(compiled);
      await this.versions.move(live.generation, {
        ...{
          version: target,
          fromVersion: live.version,
          source: 'rollback',
          sourceRef: stored.sourceRef ?? null,
        },
        ...{ signedBy: stored.proof?.signedBy ?? null, sequence: null, movedBy: by, reason },
      });
      await this.attempts.append({
        ...{ source: 'rollback', kind: 'rollback', sourceRef: null, digest: stored.digest, version: target },
        ...{ outcome: 'taken', refusal: null, message, findings: [], attemptedBy: by },
      });
    });
    deliveries.inc({ source: 'rollback', outcome: 'taken' });
    await this.follower.follow();
    return { outcome: 'taken', version: target, refusal: null, message, findings: [] };
  }

  private async named(prefix: string): Promise<string> {
    const found = await this.versions.beginningWith(prefix);
    if (found.length > 1)
      throw new InvalidInputError('input.version', `${prefix} is the beginning of several versions`);
    if (found[0] === undefined) throw new NotFoundError('Policy version', prefix);
    return found[0];
  }
}
