import { randomUUID } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ControlLoop, Leases, LOGGER, type Logger } from '../../platform/index.js';
import { DocumentRepository } from './document.repository.js';
import { Elasticsearch } from '../drivers/elasticsearch/elasticsearch.js';
import { searchBacklog } from '../metrics.js';
import { PendingRepository } from './pending.repository.js';

const LEASE = 'search';
const LEASE_MS = 60_000;
const LOOK_MS = 500;
const RETRY_MS = 2_000;
const BATCH = 500;
/** Behind by more than this, Elasticsearch is not asked: what it does not know yet would be missed. */
const BEHIND_MS = 10_000;

/**
 * Tells Elasticsearch what changed, in batches, one process at a time; builds its indices where they are missing or of an older mapping.
 * While it is away the changes wait in PostgreSQL, a row for each asset, and nothing else is held up.
 */
@Injectable()
export class IndexFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly holder = randomUUID();
  private areCurrent = false;
  private backlog = { assets: 0, ageMs: 0 };
  private trouble: string | undefined;
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      if (this.trouble === undefined) this.log.warn({ err: error }, 'search: Elasticsearch cannot be told');
      this.trouble = error instanceof Error ? error.message : String(error);
      this.areCurrent = false;
      return RETRY_MS;
    },
    'follow search',
  );

  constructor(
    private readonly elasticsearch: Elasticsearch,
    private readonly pending: PendingRepository,
    private readonly documents: DocumentRepository,
    private readonly leases: Leases,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.elasticsearch.index !== undefined) this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.elasticsearch.index === undefined) return;
    await this.loop.stop();
    await this.leases.release(LEASE, this.holder);
  }

  /** Notes a change, where there is somebody to be told of it. */
  async note(assetId: string): Promise<void> {
    if (this.elasticsearch.index === undefined) return;
    await this.pending.add(assetId);
    this.loop.wake();
  }

  /** Whether Elasticsearch does not know yet what PostgreSQL knows. */
  get isBehind(): boolean {
    return this.backlog.ageMs > BEHIND_MS;
  }

  /** For the health page. */
  get state() {
    return { backlog: this.backlog.assets, isBehind: this.isBehind, trouble: this.trouble };
  }

  /** Builds all indices anew. @returns how many assets they know; undefined without Elasticsearch */
  async rebuild(): Promise<number | undefined> {
    const version = await this.pending.nextVersion();
    return this.elasticsearch.index?.replaceAll(this.documents.all(), version);
  }

  private async look(): Promise<number> {
    this.backlog = await this.pending.backlog();
    searchBacklog.set(this.backlog.assets);
    const lease = await this.leases.acquire(LEASE, this.holder, LEASE_MS);
    if (!lease) return LOOK_MS;
    if (!this.areCurrent) {
      if (!(await this.elasticsearch.index!.indices.areCurrent())) {
        const assets = await this.rebuild();
        this.log.info({ assets }, 'search: indices were built');
      }
      this.areCurrent = true;
    }
    const told = await this.tell();
    if (this.trouble !== undefined) this.log.info('search: Elasticsearch is told again');
    this.trouble = undefined;
    return told > 0 ? 0 : LOOK_MS;
  }

  private async tell(): Promise<number> {
    const assets = await this.pending.first(BATCH);
    if (assets.length === 0) return 0;
    const index = this.elasticsearch.index!;
    const version = await this.pending.nextVersion();
    const ids = assets.map(({ assetId }) => assetId);
    const documents = await this.documents.find(ids);
    const found = new Set(documents.map(({ assetId }) => assetId));
    if (documents.length > 0) await index.upsert(documents, version);
    const gone = ids.filter((id) => !found.has(id));
    if (gone.length > 0) await index.remove(gone, version);
    await this.pending.told(assets);
    return assets.length;
  }
}
