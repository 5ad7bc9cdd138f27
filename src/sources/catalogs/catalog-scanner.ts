import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  ControlLoop,
  HealthChecks,
  type Lease,
  LeaseLostError,
  Leases,
  LOGGER,
  type Logger,
} from '../../platform/index.js';
import { CatalogScan } from './catalog-scan.js';
import type { Connection } from './connection.js';
import { ConnectionRepository } from './connection.repository.js';
import { catalogScans } from './metrics.js';

const LEASE = 'catalogs';
const LEASE_MS = 10_000;
const LOOK_MS = 1_000;
const SCANS_AT_ONCE = 2;
const SCAN_TIMEOUT_MS = 3_600_000;
/** After a failure a source is asked again no later. */
const RETRY_SECONDS = 30;

/** Looks at every connected source when its time has come. One process does it at a time. */
@Injectable()
export class CatalogScanner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly underWay = new Map<string, Promise<void>>();
  private stop = new AbortController();
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      this.log.error({ err: error }, 'catalogs: the scanner could not look');
      return LOOK_MS;
    },
    'catalogs',
  );

  constructor(
    private readonly leases: Leases,
    private readonly connections: ConnectionRepository,
    private readonly scan: CatalogScan,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    health.register('catalogs', async () => {
      const counts = await this.connections.counts();
      return { isReady: true, isDegraded: this.loop.isStale || counts.stale > 0, report: counts };
    });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  /** Gives up scans that are under way; they begin anew at the next start. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    this.stop.abort();
    await Promise.all(this.underWay.values());
    await this.leases.release(LEASE);
  }

  /** Looks again now. */
  readonly wake = (): void => this.loop.wake();

  private async look(): Promise<number> {
    const lease = await this.leases.acquire(LEASE, LEASE_MS);
    if (!lease) {
      this.stop.abort();
      this.stop = new AbortController();
      return LOOK_MS;
    }
    for (const connection of await this.connections.due(SCANS_AT_ONCE * 2)) {
      if (this.underWay.size >= SCANS_AT_ONCE) break;
      if (this.underWay.has(connection.name)) continue;
      const done = this.run(lease, connection).finally(() => this.underWay.delete(connection.name));
      this.underWay.set(connection.name, done);
    }
    return LOOK_MS;
  }

  private async run(lease: Lease, connection: Connection): Promise<void> {
    const { name, type } = connection;
    const signal = AbortSignal.any([this.stop.signal, AbortSignal.timeout(SCAN_TIMEOUT_MS)]);
    try {
      await this.scan.run(lease, connection, signal);
      catalogScans.inc({ type, outcome: 'whole' });
      this.log.info({ connection: name }, 'catalogs: a source was seen whole');
    } catch (error) {
      if (error instanceof LeaseLostError || this.stop.signal.aborted) return;
      catalogScans.inc({ type, outcome: 'failed' });
      this.log.warn({ err: error, connection: name }, 'catalogs: a source could not be seen whole');
      const problem = error instanceof Error ? error.message : String(error);
      await this.connections
        .failed(name, problem, RETRY_SECONDS)
        .catch((err: unknown) =>
          this.log.error({ err, connection: name }, 'catalogs: a failure could not be written'),
        );
    }
  }
}
