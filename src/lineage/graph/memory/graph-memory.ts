import { setImmediate, setTimeout } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  CONFIG,
  type Config,
  ControlLoop,
  HealthChecks,
  LOGGER,
  type Logger,
} from '../../../platform/index.js';
import { graphMemory, graphMemoryLag, graphReads } from '../../metrics.js';
import { AssetGraph } from './asset-graph.js';
import { ColumnGraph } from './column-graph.js';
import { type Followed, GraphFeed } from './graph-feed.js';
import { type HeldTable, takeRow } from './rows.js';
import { Touches } from './touches.js';

const FOLLOW_MS = 500;
const AGAIN_MS = 2_000;
/** What takes longer to be followed is answered by SQL meanwhile. */
const PATIENCE_MS = 250;

/** The graph as it is held. */
export interface HeldGraph {
  readonly assets: AssetGraph;
  /** Undefined where there is no room for them. */
  readonly columns: ColumnGraph | undefined;
  /** Of which assets edges changed since somebody last asked that. */
  readonly touches: Touches;
}

/** While it is filled. */
type OpenGraph = Omit<HeldGraph, 'columns'> & { columns: ColumnGraph | undefined };

/** Why SQL answers. */
type Without = 'off' | 'loading' | 'too-large' | 'behind';

/**
 * Holds the graph in this process's memory, as PostgreSQL has it. It follows what others write, twice a second and before each answer, by
 * the transactions that changed rows; when the graph is derived again it is read again.
 */
@Injectable()
export class GraphMemory implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private held: OpenGraph | undefined;
  private position: Followed | undefined;
  private without: Without = 'loading';
  private readonly maxBytes: number;
  private followedAt = Date.now();
  private isStopping = false;
  private underWay: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      this.log.warn({ err: error }, 'lineage: the graph in memory could not be brought up to date');
      return AGAIN_MS;
    },
    'lineage-graph',
  );

  constructor(
    private readonly feed: GraphFeed,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(CONFIG) config: Config,
    health: HealthChecks,
  ) {
    this.maxBytes = config.CAIRN_LINEAGE_MEMORY_MB * 1024 ** 2;
    // Without memory SQL answers: slower, and the same.
    health.register('lineage-graph', async () => ({
      isReady: true,
      isDegraded: this.maxBytes > 0 && (this.held?.columns === undefined || this.loop.isStale),
      report: this.report(),
    }));
  }

  onApplicationBootstrap(): void {
    if (this.maxBytes > 0) this.loop.start();
    else this.without = 'off';
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    if (this.maxBytes > 0) await this.loop.stop();
    await this.underWay.catch(() => undefined);
  }

  /**
   * The graph with all that was committed before the call.
   * @param patienceMs how long to wait for what was committed
   * @returns undefined when it is not held, or still behind: then SQL has to be asked
   */
  async upToDate(patienceMs = PATIENCE_MS): Promise<HeldGraph | undefined> {
    const isBehind =
      this.held !== undefined &&
      !(await Promise.race([
        this.follow().then(
          () => true,
          () => false,
        ),
        setTimeout(patienceMs, false, { ref: false }),
      ]));
    graphReads.inc({ by: this.held === undefined ? this.without : isBehind ? 'behind' : 'memory' });
    return isBehind ? undefined : this.held;
  }

  /** Whether the graph is being read, or behind: it will be held. */
  get isComing(): boolean {
    return this.without === 'loading' || this.held?.columns !== undefined;
  }

  private async look(): Promise<number> {
    if (this.without === 'too-large') {
      // Until the graph is another one.
      if ((await this.feed.position()).epoch === this.position?.epoch) return AGAIN_MS;
      this.without = 'loading';
    }
    if (this.held === undefined) await this.load();
    else await this.follow();
    return FOLLOW_MS;
  }

  /** Askers share what is begun after they asked. */
  private follow(): Promise<void> {
    this.next ??= this.underWay
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return (this.underWay = this.followOnce());
      });
    return this.next;
  }

  private async followOnce(): Promise<void> {
    if (this.held === undefined || this.position === undefined) return;
    const { followed, changed } = await this.feed.changes(this.position);
    if (followed.epoch !== this.position.epoch) {
      this.drop('loading');
      this.loop.wake();
      return;
    }
    for (const table of changed) await this.take(table, this.held, this.position.snapshot);
    this.position = followed;
    this.followedAt = Date.now();
    this.observe();
    if (changed.length > 0) this.keepWithinBound(this.held);
  }

  private async load(): Promise<void> {
    const startedAt = Date.now();
    const position = await this.feed.position();
    const assets = new AssetGraph();
    const held = { assets, columns: new ColumnGraph(assets.ids), touches: new Touches() };
    this.position = position;
    for (const table of this.feed.tables) if (!(await this.take(table, held))) break;
    if (this.isStopping || !this.keepWithinBound(held)) return;
    this.held = held;
    this.followedAt = Date.now();
    this.observe();
    this.log.info({ ...this.report(), ms: Date.now() - startedAt }, 'lineage: the graph is in memory');
  }

  /** Reads rows a batch at a time, and lets others go on in between. @returns false when there is no room or no time for them */
  private async take(table: HeldTable, held: OpenGraph, since?: string): Promise<boolean> {
    if (table === 'lineage_column_edge' && held.columns === undefined) return true;
    for await (const batch of this.feed.rows(table, since)) {
      for (const row of batch) {
        const taken = takeRow(table, row, held.assets, held.columns);
        if (since !== undefined) held.touches.touch(taken.assetIds);
        held.touches.await(taken);
      }
      await setImmediate();
      if (this.isStopping) return false;
      // What is read before the columns is left only where even without them there is no room: they are given up first.
      const bytes = table === 'lineage_column_edge' ? bytesOf(held) : held.assets.bytes;
      if (since === undefined && bytes > this.maxBytes) return false;
    }
    return true;
  }

  /** Gives columns up first. @returns whether anything is left */
  private keepWithinBound(held: OpenGraph): boolean {
    if (bytesOf(held) <= this.maxBytes) return true;
    held.columns = undefined;
    this.log.warn({ maxBytes: this.maxBytes }, 'lineage: columns are not held in memory, there are too many');
    if (held.assets.bytes <= this.maxBytes) return true;
    this.log.warn({ maxBytes: this.maxBytes }, 'lineage: the graph is not held in memory, it is too large');
    this.drop('too-large');
    return false;
  }

  private drop(without: Without): void {
    this.held = undefined;
    this.without = without;
    this.observe();
  }

  private report(): Record<string, unknown> {
    const { held } = this;
    if (held === undefined) return { answersBy: 'sql', because: this.without };
    return {
      answersBy: 'memory',
      assets: held.assets.ids.size,
      edges: held.assets.links.size,
      columnEdges: held.columns?.links.size ?? null,
      bytes: bytesOf(held),
      lagSeconds: (Date.now() - this.followedAt) / 1_000,
    };
  }

  private observe(): void {
    const { held } = this;
    graphMemory.set({ of: 'assets' }, held?.assets.ids.size ?? 0);
    graphMemory.set({ of: 'edges' }, held?.assets.links.size ?? 0);
    graphMemory.set({ of: 'pairs' }, held?.assets.pairs.size ?? 0);
    graphMemory.set({ of: 'edits' }, held?.assets.edits.size ?? 0);
    graphMemory.set({ of: 'columns' }, held?.columns?.size ?? 0);
    graphMemory.set({ of: 'column_edges' }, held?.columns?.links.size ?? 0);
    graphMemory.set({ of: 'bytes' }, held === undefined ? 0 : bytesOf(held));
    graphMemoryLag.set(this.followedAt / 1_000);
  }
}

function bytesOf({ assets, columns }: Pick<HeldGraph, 'assets' | 'columns'>): number {
  return assets.bytes + (columns?.bytes ?? 0);
}
