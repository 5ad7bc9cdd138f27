import { Injectable } from '@nestjs/common';
import { Database, DatabaseUnavailableError } from '../../platform/index.js';
import { AuditUnavailableError, Policy } from '../../policy/index.js';
import { EventLogRepository, type NewEvent } from '../log/event-log.repository.js';
import { ingestBatchSize } from '../metrics.js';
import { type Facts, noFacts } from '../projection/facts.js';
import type { NamedAsset } from '../projection/identity.js';
import { joinFacts } from '../projection/merge-facts.js';
import { NotAloneError } from '../identity/alias-writer.js';
import { Projector } from '../projection/projector.js';
import { EventLogUnavailableError } from './errors.js';

/** An event to be stored, and what it says about the graph. */
export interface AcceptedEvent {
  readonly event: NewEvent;
  readonly facts: Facts;
}

type IsInCatalog = (asset: NamedAsset) => boolean;

/** How storing one event went. */
export interface Stored {
  /** The same event was there before. */
  readonly isDuplicate: boolean;
  /** Why the graph does not show it; the event is in the log and a rebuild tries again. */
  readonly projectionError: string | null;
}

/** Stores events and shows them in the graph, in one transaction. */
@Injectable()
export class EventStore {
  constructor(
    private readonly database: Database,
    private readonly log: EventLogRepository,
    private readonly projector: Projector,
    private readonly policy: Policy,
  ) {}

  /**
   * When this returns, all of the events are on disk. One that cannot be projected does not stop the others: it is stored with the
   * reason.
   * @param isInCatalog whether the catalog is known to have an asset as it is
   * @returns one outcome per event, in order
   * @throws {EventLogUnavailableError} nothing of it is stored, or only some and it can be sent again
   * @throws {AuditUnavailableError} that they were allowed could not be recorded; nothing is stored
   */
  async store(events: readonly AcceptedEvent[], isInCatalog: IsInCatalog): Promise<Stored[]> {
    try {
      return await this.storeRows(events, isInCatalog);
    } catch (error) {
      throw error instanceof DatabaseUnavailableError ? new EventLogUnavailableError(error) : error;
    }
  }

  private async storeRows(rows: readonly AcceptedEvent[], isInCatalog: IsInCatalog): Promise<Stored[]> {
    try {
      return await this.commit(rows, isInCatalog);
    } catch (error) {
      if (error instanceof DatabaseUnavailableError || error instanceof AuditUnavailableError) throw error;
      if (rows.length === 1) return this.storeAlone(rows[0]!, isInCatalog);
      const alone: Stored[] = [];
      for (const one of rows) alone.push(...(await this.storeRows([one], isInCatalog)));
      return alone;
    }
  }

  /** Tries once more while no other writes, so that only what is wrong with the event itself is held against it. */
  private async storeAlone(row: AcceptedEvent, isInCatalog: IsInCatalog): Promise<Stored[]> {
    try {
      return await this.commit([row], isInCatalog, true);
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) throw error;
      const event = { ...row.event, projectionError: String(error).slice(0, 2_000) };
      return this.commit([{ event, facts: noFacts() }], isInCatalog);
    }
  }

  private async commit(
    rows: readonly AcceptedEvent[],
    isInCatalog: IsInCatalog,
    // A drop takes from what others may be about to add to.
    isAlone = rows.some(({ facts }) => facts.drops.size > 0),
  ): Promise<Stored[]> {
    try {
      return await this.commitOnce(rows, isInCatalog, isAlone);
    } catch (error) {
      if (isAlone || !(error instanceof NotAloneError)) throw error;
      return this.commitOnce(rows, isInCatalog, true);
    }
  }

  private async commitOnce(
    rows: readonly AcceptedEvent[],
    isInCatalog: IsInCatalog,
    isAlone: boolean,
  ): Promise<Stored[]> {
    const fresh = await this.database.run(async () => {
      // That they may is on disk before they are; both are written at the same time.
      const recorded = this.policy.recorded();
      recorded.catch(() => undefined);
      const events = rows.map(({ event }) => event);
      const [ids, rules] = await Promise.all([
        this.log.append(events, isAlone),
        this.projector.rules(isAlone),
      ]);
      const facts = rows.filter(({ event }) => ids.has(event.id)).map((row) => row.facts);
      if (facts.length > 0) await this.projector.project(joinFacts(facts), rules, isInCatalog, isAlone);
      await recorded;
      return ids;
    });
    ingestBatchSize.observe(rows.length);
    return rows.map(({ event }) => {
      // Of the same event twice in one batch, the first is the new one.
      const isDuplicate = !fresh.delete(event.id);
      return { isDuplicate, projectionError: event.projectionError };
    });
  }
}
