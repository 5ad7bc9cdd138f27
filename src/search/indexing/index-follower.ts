import { setTimeout as pause } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ControlLoop, DomainError, Leases, LOGGER, type Logger } from '../../platform/index.js';
import { DocumentRepository } from './document.repository.js';
import { Elasticsearch } from '../drivers/elasticsearch/elasticsearch.js';
import { reasonOf } from '../drivers/elasticsearch/errors.js';
import { searchBacklog } from '../metrics.js';
import { GenerationRepository, type GenerationState } from './generation.repository.js';
import { IndexBuilder, type IndexStanding } from './index-builder.js';
import { PendingRepository } from './pending.repository.js';

const LEASE = 'search';
const LEASE_MS = 60_000;
const LOOK_MS = 500;
const RETRY_MS = 2_000;
const BATCH = 500;
/** How often it is asked whether the indices are still what they were. */
const CHECK_MS = 10_000;
/** Behind by more than this, Elasticsearch is not asked: what it does not know yet would be missed. */
const BEHIND_MS = 10_000;
/** How long a rebuild is waited for, and how often is looked. */
const REBUILD_WAIT_MS = 600_000;
const REBUILD_LOOK_MS = 100;

/** Elasticsearch was to be built anew and is away. */
export class SearchRebuildDueError extends DomainError {
  readonly kind = 'unavailable';
  constructor(readonly reason: string) {
    super(
      `PostgreSQL's index was rebuilt. Elasticsearch could not follow now (${reason}); its indices are built anew as soon as it can.`,
      { reason },
    );
  }
}

/**
 * Tells Elasticsearch what changed, in batches, one process at a time; builds its indices where they are missing, of an older mapping or
 * not those that this database filled. While it is away the changes wait in PostgreSQL, a row for each asset, and nothing else is held up.
 */
@Injectable()
export class IndexFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private standing: IndexStanding | undefined;
  /** Of which {@link standing} was said. */
  private checked: { readonly generation: string | null | undefined; readonly at: number } | undefined;
  private backlog = { assets: 0, ageMs: 0 };
  private trouble: string | undefined;
  private failures = 0;
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => this.failed(error),
    'follow search',
  );

  constructor(
    private readonly elasticsearch: Elasticsearch,
    private readonly builder: IndexBuilder,
    private readonly generations: GenerationRepository,
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
    await this.leases.release(LEASE);
  }

  /** Says that something changed. */
  readonly wake = (): void => {
    this.loop.wake();
  };

  /** Says that the indices seem not to be what they were. */
  readonly doubt = (): void => {
    this.standing = undefined;
    this.checked = undefined;
    this.loop.wake();
  };

  /** Whether Elasticsearch knows what PostgreSQL knows, but for a moment, and so may answer. */
  get canAnswer(): boolean {
    return this.standing === 'current' && !this.isBehind;
  }

  /** For the health page, which anyone may read. */
  get state() {
    const { standing, isBehind, trouble } = this;
    return { indices: standing ?? 'unknown', backlog: this.backlog.assets, isBehind, trouble };
  }

  /**
   * Has all indices built anew, by whichever process it is that tells Elasticsearch, and waits for it.
   * @throws {SearchRebuildDueError}
   */
  async rebuild(): Promise<void> {
    if (this.elasticsearch.index === undefined) return this.generations.requestIfBuilt();
    const { failures } = this;
    const due = await this.generations.request();
    this.checked = undefined;
    this.loop.wake();
    for (const from = Date.now(); ; await pause(REBUILD_LOOK_MS)) {
      if ((await this.generations.find())?.due !== due) return;
      if (this.failures > failures) throw new SearchRebuildDueError(this.trouble ?? 'unknown');
      if (Date.now() - from > REBUILD_WAIT_MS) throw new SearchRebuildDueError('it takes long');
    }
  }

  private get isBehind(): boolean {
    return this.backlog.ageMs > BEHIND_MS;
  }

  private failed(error: unknown): number {
    if (this.trouble === undefined) this.log.warn({ err: error }, 'search: Elasticsearch cannot be told');
    this.trouble = reasonOf(error);
    this.failures++;
    this.checked = undefined;
    return RETRY_MS;
  }

  private async look(): Promise<number> {
    this.backlog = await this.pending.backlog();
    searchBacklog.set(this.backlog.assets);
    const state = await this.generations.find();
    const isChecked = await this.check(state);
    const isDue = (state?.due ?? null) !== null;
    // What a newer Cairn made is its own; it tells it. Unless someone wants this one's.
    if (this.standing === 'newer' && !isDue) {
      await this.leases.release(LEASE);
      return LOOK_MS;
    }
    if (!(await this.hold())) return LOOK_MS;
    if (isChecked) await this.elasticsearch.index!.indices.removeAbandoned();
    if (this.standing !== 'current' || isDue) await this.build();
    const told = await this.tell();
    if (this.trouble !== undefined) this.log.info('search: Elasticsearch is told again');
    this.trouble = undefined;
    return told > 0 ? 0 : LOOK_MS;
  }

  /** Asks what stands, from time to time and when another process built it anew. @returns whether it did */
  private async check(state: GenerationState | undefined): Promise<boolean> {
    const { checked } = this;
    const isFresh = checked !== undefined && Date.now() - checked.at < CHECK_MS;
    if (isFresh && checked.generation === state?.generation) return false;
    try {
      this.standing = await this.builder.standing();
    } catch (error) {
      this.standing = undefined;
      throw error;
    }
    this.checked = { generation: state?.generation, at: Date.now() };
    return true;
  }

  private async hold(): Promise<boolean> {
    return (await this.leases.acquire(LEASE, LEASE_MS)) !== undefined;
  }

  private async build(): Promise<void> {
    // Another process may have built them since they were looked at.
    const state = await this.generations.find();
    if ((state?.due ?? null) === null && (await this.builder.standing()) === 'current') {
      this.standing = 'current';
      return;
    }
    const assets = await this.builder.build(() => this.hold());
    this.standing = 'current';
    this.checked = { generation: (await this.generations.find())?.generation, at: Date.now() };
    this.log.info({ assets }, 'search: indices were built');
  }

  private async tell(): Promise<number> {
    const assets = await this.pending.first(BATCH);
    if (assets.length === 0) return 0;
    const index = this.elasticsearch.index!;
    const version = await this.pending.nextVersion();
    const generation = this.checked?.generation;
    if (!generation || !(await this.generations.telling(generation, version))) {
      this.checked = undefined;
      return assets.length;
    }
    const ids = assets.map(({ assetId }) => assetId);
    const documents = await this.documents.find(ids);
    const found = new Set(documents.map(({ assetId }) => assetId));
    if (documents.length > 0) await index.upsert(documents, version);
    const gone = ids.filter((id) => !found.has(id));
    if (gone.length > 0) await index.remove(gone, version);
    await this.generations.told(generation, version);
    await this.pending.told(assets);
    return assets.length;
  }
}
