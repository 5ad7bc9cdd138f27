import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AssetService, EffectiveTags } from '../../catalog/index.js';
import {
  ControlLoop,
  Database,
  HealthChecks,
  type Lease,
  LeaseLostError,
  Leases,
  LOGGER,
  type Logger,
} from '../../platform/index.js';
import { FlowFollower } from './flow-follower.js';
import { FlowRepository } from './flow.repository.js';
import { FlowSource } from './flow-source.js';
import { flowChanges, flowDuration, flowLag } from './metrics.js';

const LEASE = 'classification-flow';
const LEASE_MS = 15_000;
/** How often what is held is taken again. */
const RENEW_MS = 4_000;
const LOOK_MS = 250;
const WAIT_MS = 1_000;
/** Assets of one transaction: few enough that nobody waits long for their rows. */
const ASSETS_AT_ONCE = 500;

/**
 * Lets classifications flow down lineage: one process at a time derives where they are now and writes that down, a few assets at a time, all
 * additions first. What it has not written when it ends the next one does.
 */
@Injectable()
export class FlowWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private lease: Lease | undefined;
  private renewedAt = 0;
  private follower: FlowFollower | undefined;
  private isFollowing = false;
  private settledAt = Date.now();
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      this.follower = undefined;
      this.lease = undefined;
      if (!(error instanceof LeaseLostError))
        this.log.warn({ err: error }, 'classification: what flows could not be brought up to date');
      return WAIT_MS;
    },
    LEASE,
  );

  constructor(
    private readonly source: FlowSource,
    private readonly rows: FlowRepository,
    private readonly effective: EffectiveTags,
    private readonly assets: AssetService,
    private readonly database: Database,
    private readonly leases: Leases,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    health.register(LEASE, async () => ({
      isReady: true,
      isDegraded: this.loop.isStale,
      report: {
        isLeader: this.lease !== undefined,
        lagSeconds: this.isFollowing ? (Date.now() - this.settledAt) / 1_000 : null,
      },
    }));
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    if (this.lease !== undefined) await this.leases.release(LEASE);
  }

  /** Once: takes in what changed, and writes down what flows otherwise. @returns milliseconds until the next look; 0 for at once */
  private async look(): Promise<number> {
    const graph = await this.source.open();
    if (graph === undefined) return LOOK_MS;
    if (!(await this.isLeader())) {
      this.follower = undefined;
      this.isFollowing = false;
      graph.touches.take(Date.now());
      return WAIT_MS;
    }
    const startedAt = Date.now();
    if (this.follower?.isOf(graph) !== true) this.follower = new FlowFollower(graph, this.rows);
    const isChanged = await this.follower.follow();
    const derivedAt = Date.now();
    if (isChanged) flowDuration.observe({ step: 'derive' }, (derivedAt - startedAt) / 1_000);
    let count = 0;
    for (const change of this.follower.changes(ASSETS_AT_ONCE)) {
      await this.database.run(async () => {
        await this.leases.assertHeld(this.lease!);
        await this.assets.announce(await this.effective.flow(change.added, change.removed));
      });
      change.settled();
      count += change.added.length + change.removed.length;
      flowChanges.inc({ change: 'added' }, change.added.length);
      flowChanges.inc({ change: 'removed' }, change.removed.length);
      // What is not written yet is for who holds it now.
      if (!(await this.isLeader())) return WAIT_MS;
    }
    this.isFollowing = true;
    this.settledAt = startedAt;
    flowLag.set(startedAt / 1_000);
    if (count > 0) {
      const [deriveMs, writeMs] = [derivedAt - startedAt, Date.now() - derivedAt];
      flowDuration.observe({ step: 'write' }, writeMs / 1_000);
      this.log.info({ changes: count, deriveMs, writeMs }, 'classification: what flows was written');
    }
    return LOOK_MS;
  }

  private async isLeader(): Promise<boolean> {
    if (this.lease !== undefined && Date.now() - this.renewedAt < RENEW_MS) return true;
    const lease = await this.leases.acquire(LEASE, LEASE_MS);
    if (lease?.epoch !== this.lease?.epoch) this.follower = undefined;
    this.lease = lease;
    this.renewedAt = Date.now();
    return lease !== undefined;
  }
}
