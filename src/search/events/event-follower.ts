import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { EventFeed } from '../../lineage/index.js';
import {
  CONFIG,
  type Config,
  ControlLoop,
  Database,
  Leases,
  LOGGER,
  type Logger,
} from '../../platform/index.js';
import { Elasticsearch } from '../drivers/elasticsearch/elasticsearch.js';
import { eventBacklog, searchSetAside } from '../metrics.js';
import { EventIndex } from './event-index.js';

const LEASE = 'search events';
const LEASE_MS = 60_000;
const LOOK_MS = 2_000;
const RETRY_MS = 5_000;
const BATCH = 500;
const BATCH_BYTES = 16 * 1024 ** 2;

/** Copies the event log to Elasticsearch, where ELASTICSEARCH_EVENTS asks for it: at least once, from a position that it keeps. */
@Injectable()
export class EventFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly index: EventIndex | undefined;
  private isEnsured = false;
  private isInTrouble = false;
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      if (!this.isInTrouble) this.log.warn({ err: error }, 'search: events cannot be copied');
      this.isInTrouble = true;
      this.isEnsured = false;
      return RETRY_MS;
    },
    'follow events',
  );

  constructor(
    { client }: Elasticsearch,
    private readonly feed: EventFeed,
    private readonly database: Database,
    private readonly leases: Leases,
    @Inject(CONFIG) { ELASTICSEARCH_EVENTS, ELASTICSEARCH_INDEX_PREFIX }: Config,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    if (client !== undefined && ELASTICSEARCH_EVENTS)
      this.index = new EventIndex(client, ELASTICSEARCH_INDEX_PREFIX);
    feed.follow(async () => (this.index === undefined ? undefined : this.position()));
  }

  onApplicationBootstrap(): void {
    if (this.index !== undefined) this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.index === undefined) return;
    await this.loop.stop();
    await this.leases.release(LEASE);
  }

  private async look(): Promise<number> {
    if (!(await this.leases.acquire(LEASE, LEASE_MS))) return LOOK_MS;
    if (!this.isEnsured) {
      // An empty index begins at the beginning, wherever an earlier one was.
      if (await this.index!.ensure()) await this.setPosition('0');
      this.isEnsured = true;
    }
    const position = await this.position();
    if (!(await this.feed.hasBeyond(position))) {
      eventBacklog.set(0);
      this.isInTrouble = false;
      return LOOK_MS;
    }
    const end = await this.feed.watermark();
    const events = await this.feed.read(position, end, BATCH, BATCH_BYTES);
    eventBacklog.set(Number(BigInt(end) - BigInt(events.at(-1)?.seq ?? end)));
    if (events.length > 0) {
      const setAside = await this.index!.write(events);
      searchSetAside.inc({ what: 'event' }, setAside.length);
      for (const { id, reason } of setAside)
        this.log.warn({ eventId: id, reason }, 'search: Elasticsearch does not take an event');
      await this.setPosition(events.at(-1)!.seq);
    }
    this.isInTrouble = false;
    return events.at(-1)?.seq === end ? LOOK_MS : 0;
  }

  private async position(): Promise<string> {
    const [row] = await this.database.query<{ seq: string }>('SELECT seq FROM search_event_position');
    return row?.seq ?? '0';
  }

  private async setPosition(seq: string): Promise<void> {
    await this.database.query(
      'INSERT INTO search_event_position (seq) VALUES ($1) ON CONFLICT (is_only) DO UPDATE SET seq = excluded.seq',
      [seq],
    );
  }
}
