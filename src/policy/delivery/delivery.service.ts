import { Inject, Injectable } from '@nestjs/common';
import { Database, type Lease, Leases, LOGGER, type Logger } from '../../platform/index.js';
import { PolicyBundleError } from '../bundle/policy-bundle-error.js';
import { BundleChecks } from '../check/aside/bundle-checks.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { PolicyMovedError } from '../versions/errors.js';
import { PolicyFollower } from '../versions/policy-follower.js';
import { PolicyMover } from '../versions/policy-mover.js';
import type { Proof, SourceKind } from '../versions/policy-version.js';
import { type LockedPointer, VersionRepository } from '../versions/version.repository.js';
import type { Attempt, Outcome } from './attempt.js';
import { AttemptRepository } from './attempt.repository.js';
import { contentDigest } from './content-digest.js';
import { deliveries } from './metrics.js';
import { PolicyRefusedError, refusedBundle } from './refusal.js';
import { type Claimed, prove } from './signing/prove.js';
import type { PublicKeys } from './signing/public-keys.js';

/** Policy files that come in. */
export interface Delivery extends Claimed {
  readonly kind: Exclude<SourceKind, 'rollback'>;
  /** {@link Attempt.source} */
  readonly source: string;
  readonly sourceRef?: string;
  /** Who hands them in: a subject, or `source`. */
  readonly by: string;
  readonly reason: string;
  /** The generation that the files are meant to replace. @throws {PolicyMovedError} when it is another */
  readonly expectedGeneration?: number;
  /** Of a source that one replica looks at: who lost the lease moves nothing. */
  readonly lease?: Lease;
}

type NotedAttempt = Omit<Attempt, 'attemptedAt'>;

interface Accepted {
  readonly compiled: CompiledPolicy;
  readonly proof: Proof | undefined;
  readonly digest: string;
  readonly warnings: number;
}

/** The one way in: proven, built, tested, and only then live, all in one transaction. */
@Injectable()
export class DeliveryService {
  readonly keys: PublicKeys;

  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly versions: VersionRepository,
    private readonly attempts: AttemptRepository,
    private readonly mover: PolicyMover,
    private readonly follower: PolicyFollower,
    private readonly checks: BundleChecks,
  ) {
    this.keys = follower.keys;
  }

  /**
   * Makes files live if they are good and, from a source, new. Every try is kept.
   * @throws {PolicyRefusedError} with all findings; {@link PolicyMovedError}
   */
  async deliver(delivery: Delivery): Promise<NotedAttempt> {
    const digest = digestOf(delivery);
    try {
      const accepted = await this.accept(delivery, digest);
      const outcome = await this.database.run(() => this.take(delivery, accepted));
      const noted = await this.note(delivery, digest, outcome, accepted.compiled.version);
      if (outcome === 'taken') await this.follower.follow();
      return noted;
    } catch (error) {
      if (error instanceof PolicyRefusedError) await this.refuse(delivery, digest, error);
      throw error;
    }
  }

  /** Keeps that a source could not be read, or gave what is not taken for another reason than what its files say. */
  async refuse(
    delivery: Pick<Delivery, 'kind' | 'source' | 'sourceRef' | 'by'>,
    digest: string,
    error: PolicyRefusedError,
    outcome: Extract<Outcome, 'refused' | 'failed'> = 'refused',
  ): Promise<void> {
    const { refusal, reason: message, findings } = error;
    this.log.error(
      { source: delivery.source, ref: delivery.sourceRef, refusal, findings: findings.length },
      `policy: not taken, ${message}`,
    );
    await this.keep({
      ...{ source: delivery.source, kind: delivery.kind, sourceRef: delivery.sourceRef ?? null, digest },
      ...{ version: null, outcome, refusal, message, findings, attemptedBy: delivery.by },
    });
  }

  private async accept(delivery: Delivery, digest: string): Promise<Accepted> {
    const proof = prove(delivery, this.keys);
    try {
      const { bundle, warnings } = await this.checks.accept(delivery.files);
      return { compiled: new CompiledPolicy(bundle), proof, digest, warnings };
    } catch (error) {
      throw error instanceof PolicyBundleError ? refusedBundle(error) : error;
    }
  }

  private async take(delivery: Delivery, accepted: Accepted): Promise<Outcome> {
    const { kind, source, sourceRef, expectedGeneration, lease } = delivery;
    const { compiled, proof, digest } = accepted;
    if (lease !== undefined) await this.leases.assertHeld(lease);
    const live = await this.versions.lock();
    const generation = live?.generation ?? 0;
    if (expectedGeneration !== undefined && expectedGeneration !== generation)
      throw new PolicyMovedError(expectedGeneration, generation);
    if (proof !== undefined) assertLater(proof, digest, live);
    const { version } = compiled;
    const taken = kind === 'apply' ? undefined : await this.attempts.taken(source);
    const isReissued = proof !== undefined && live !== undefined && proof.sequence > (live.sequence ?? 0);
    const isNew = taken === undefined || isReissued || (taken.digest !== digest && taken.version !== version);
    const isLive = live?.version === version;
    if (!isNew && !isLive) {
      await this.attempts.setTaken(source, { digest, version, ref: sourceRef ?? null });
      return 'held';
    }
    await this.store(delivery, accepted);
    if (kind !== 'apply') await this.attempts.setTaken(source, { digest, version, ref: sourceRef ?? null });
    if (!isLive) await this.move(delivery, accepted, live);
    if (proof !== undefined) await this.versions.setSequence(proof.sequence, digest);
    return isLive ? 'unchanged' : 'taken';
  }

  private async store(delivery: Delivery, { compiled, proof, digest, warnings }: Accepted): Promise<void> {
    const { kind: source, sourceRef, by: storedBy, reason, files } = delivery;
    const { version, ruleCount } = compiled;
    const report = { files: files.length, rules: ruleCount, warnings };
    await this.versions.store({ version, digest, files, proof, source, sourceRef, storedBy, reason, report });
  }

  private async move(
    { kind, sourceRef, by, reason }: Delivery,
    { compiled, proof }: Accepted,
    live: LockedPointer | undefined,
  ): Promise<void> {
    await this.mover.prepare(compiled);
    const from = live?.generation ?? 0;
    const moved = await this.versions.move(from, {
      ...{ version: compiled.version, fromVersion: live?.version ?? null, source: kind },
      ...{
        sourceRef: sourceRef ?? null,
        signedBy: proof?.signedBy ?? null,
        sequence: proof?.sequence ?? null,
      },
      ...{ movedBy: by, reason },
    });
    if (moved === undefined) throw new PolicyMovedError(from, -1);
  }

  private async note(
    delivery: Delivery,
    digest: string,
    outcome: Outcome,
    version: string,
  ): Promise<NotedAttempt> {
    const { source, kind, sourceRef, by } = delivery;
    this.log.info({ source, ref: sourceRef, version, outcome }, 'policy: files came in');
    const noted: NotedAttempt = {
      ...{ source, kind, sourceRef: sourceRef ?? null, digest, version, outcome, refusal: null },
      ...{ message: MESSAGES[outcome], findings: [], attemptedBy: by },
    };
    await this.keep(noted);
    return noted;
  }

  /** A source that shows the same again is not written down again. */
  private async keep(attempt: NotedAttempt): Promise<void> {
    deliveries.inc({ source: attempt.kind, outcome: attempt.outcome });
    const last = attempt.kind === 'apply' ? undefined : await this.attempts.last({ source: attempt.source });
    const isSame =
      last !== undefined &&
      last.digest === attempt.digest &&
      last.outcome === attempt.outcome &&
      last.sourceRef === attempt.sourceRef;
    if (!isSame) await this.attempts.append(attempt);
  }
}

const MESSAGES: Readonly<Record<Outcome, string>> = {
  taken: 'The files are live.',
  unchanged: 'The files say what is live already.',
  held: 'The source still shows what was rolled back or replaced; it waits for something new.',
  refused: 'The files are refused.',
  failed: 'The source cannot be read.',
};

/** Of the files and of what proves them: the same files signed anew are another content. */
export function digestOf({ files, manifest, signature }: Claimed): string {
  return contentDigest(files, manifest, signature);
}

/** @throws {PolicyRefusedError} when a bundle was signed before the one that was last taken */
function assertLater({ sequence }: Proof, digest: string, live: LockedPointer | undefined): void {
  const known = live?.sequence ?? 0;
  if (sequence < known)
    throw new PolicyRefusedError(
      'replayed',
      `its manifest is number ${sequence}, and ${known} was taken already`,
    );
  if (sequence === known && live?.sequenceDigest !== digest)
    throw new PolicyRefusedError('sequence-reused', `number ${sequence} was taken already, of other files`);
}
