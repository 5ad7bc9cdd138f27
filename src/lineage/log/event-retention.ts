import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, Housekeeping } from '../../platform/index.js';
import { EventFeed } from './event-feed.js';
import { EventPartitionsRepository } from './event-partitions.repository.js';

const PAUSE_MS = 60 * 60_000;
const DELETED_AT_ONCE = 1_000;
const DAY_MS = 24 * 60 * 60_000;

/** Keeps the log in months, and ends those that are older than LINEAGE_EVENT_RETENTION_DAYS. What they told the graph stays. */
@Injectable()
export class EventRetention {
  constructor(
    private readonly partitions: EventPartitionsRepository,
    private readonly feed: EventFeed,
    @Inject(CONFIG) private readonly config: Config,
    housekeeping: Housekeeping,
  ) {
    housekeeping.add('months of lineage events', PAUSE_MS, () => this.tidy(new Date()));
  }

  /** Makes coming months and ends old ones. @returns whether there is more to do at once */
  async tidy(now: Date): Promise<boolean> {
    const there = await this.partitions.prepare(now);
    const days = this.config.LINEAGE_EVENT_RETENTION_DAYS;
    if (days === undefined) return false;
    const horizon = new Date(now.getTime() - days * DAY_MS);
    for (const month of there.filter(({ to }) => to <= horizon)) {
      if (await this.isFollowed(await this.partitions.lastSeq(month)))
        await this.partitions.drop(month, horizon);
    }
    if (!(await this.isFollowed(await this.partitions.lastOtherSeq(horizon)))) return false;
    return (await this.partitions.deleteOthers(horizon, DELETED_AT_ONCE)) === DELETED_AT_ONCE;
  }

  private async isFollowed(seq: string | undefined): Promise<boolean> {
    return seq === undefined || (await this.feed.isFollowedTo(seq));
  }
}
