import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ControlLoop, HealthChecks, type Lease, Leases, LOGGER, type Logger } from '../../platform/index.js';
import type { Attempt } from './attempt.js';
import { AttemptRepository } from './attempt.repository.js';
import { BUNDLE_SOURCE, type BundleSource, type Shown, SourceUnavailableError } from './bundle-source.js';
import { DeliveryService } from './delivery.service.js';
import { isRefused, noteLook } from './metrics.js';
import { PolicyRefusedError } from './refusal.js';

const LEASE = 'policy-source';
const LEASE_MS = 10_000;
const RENEW_MS = 2_500;
/** Who files from a source are handed in by. */
export const BY_SOURCE = 'source';
/** Findings that anybody may see in /health: where they are and of what kind, not what they say. */
const SHOWN_FINDINGS = 20;

/**
 * Looks at the source and delivers what is new there. One replica delivers at a time; where the source is a folder each watches its own,
 * so that a change is not lost when its replica ends.
 */
@Injectable()
export class DeliveryLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop: ControlLoop;
  private lease: Lease | undefined;
  private renewedMs = 0;
  private dueMs = 0;
  /** Of what was dealt with, whatever came of it. */
  private settled: string | undefined;

  constructor(
    @Inject(BUNDLE_SOURCE) private readonly source: BundleSource,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly leases: Leases,
    private readonly attempts: AttemptRepository,
    private readonly deliveries: DeliveryService,
    health: HealthChecks,
  ) {
    const pauseMs = Math.min(this.source.pauseMs, RENEW_MS / 2);
    this.loop = new ControlLoop(
      async () => {
        await this.look();
        return pauseMs;
      },
      (error) => {
        this.log.error({ err: error }, 'policy: the source could not be looked at');
        return pauseMs;
      },
      'deliver policy',
    );
    health.register('policySource', async () => {
      const last = await this.attempts.last({ source: this.source.name });
      return {
        isReady: true,
        isDegraded: last?.outcome === 'refused' || last?.outcome === 'failed' || this.loop.isStale,
        report: { source: this.source.name, ...(last && reportOf(last)) },
      };
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    await this.leases.release(LEASE);
  }

  /** What was dealt with before the loop began, as the service started. */
  settle(digest: string): void {
    this.settled = digest;
  }

  /** Hands in what the source shows. @throws {PolicyRefusedError} it is kept that it was */
  async handIn(shown: Shown, lease?: Lease): Promise<void> {
    const { kind, name: source } = this.source;
    const from = { kind, source, sourceRef: shown.ref, by: BY_SOURCE };
    if ('refused' in shown) {
      await this.deliveries.refuse(from, shown.digest, shown.refused);
      throw shown.refused;
    }
    const reason = shown.reason ?? `seen in ${source}`;
    await this.deliveries.deliver({ ...from, ...shown.claimed, lease, reason });
  }

  private async look(): Promise<void> {
    const lease = await this.held();
    if (lease === undefined) {
      isRefused.set(0);
      noteLook(undefined);
      if (!this.source.isLocal) return;
    }
    if (Date.now() < this.dueMs) return;
    this.dueMs = Date.now() + this.source.pauseMs;
    try {
      const shown = await this.source.look(lease && (await this.takenRef()));
      if (lease === undefined) return;
      noteLook(Date.now());
      if (shown === undefined || shown.digest === this.settled) return;
      await this.settleFor(shown, lease);
    } catch (error) {
      if (!(error instanceof SourceUnavailableError)) throw error;
      await this.unavailable(error);
    }
  }

  private async settleFor(shown: Shown, lease: Lease): Promise<void> {
    // What takes long to check is still this replica's to hand in.
    const renewing = setInterval(() => void this.held().catch(() => undefined), RENEW_MS).unref();
    try {
      await this.handIn(shown, lease);
      isRefused.set(0);
    } catch (error) {
      if (!(error instanceof PolicyRefusedError)) throw error;
      isRefused.set(1);
    } finally {
      clearInterval(renewing);
    }
    this.settled = shown.digest;
  }

  /** Kept once; that it is well again is kept too, for then what it shows is handed in again. */
  private async unavailable({ reason }: SourceUnavailableError): Promise<void> {
    this.settled = undefined;
    isRefused.set(1);
    const from = { kind: this.source.kind, source: this.source.name, by: BY_SOURCE };
    await this.deliveries.refuse(from, 'none', new PolicyRefusedError('unreadable', reason), 'failed');
  }

  private takenRef(): Promise<string | undefined> {
    return this.attempts.taken(this.source.name).then((taken) => taken?.ref ?? undefined);
  }

  private async held(): Promise<Lease | undefined> {
    const now = Date.now();
    if (this.lease !== undefined && now - this.renewedMs < RENEW_MS) return this.lease;
    this.lease = await this.leases.acquire(LEASE, LEASE_MS);
    this.renewedMs = now;
    return this.lease;
  }
}

function reportOf({ outcome, refusal, attemptedAt, findings }: Attempt): Record<string, unknown> {
  return {
    outcome,
    since: attemptedAt.toISOString(),
    ...(refusal !== null && { refusal }),
    ...(findings.length > 0 && {
      findings: findings.length,
      first: findings.slice(0, SHOWN_FINDINGS).map(({ file, line, check }) => `${file}:${line} ${check}`),
    }),
  };
}
