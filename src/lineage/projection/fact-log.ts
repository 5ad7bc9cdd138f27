import { Injectable } from '@nestjs/common';
import { EventLogRepository } from '../log/event-log.repository.js';
import { SqlStatements } from '../sql/sql-statements.js';
import { idOfAsset } from './asset-ids.js';
import type { Facts } from './facts.js';
import { factsOf } from './facts-of.js';

/** An event of the log. */
export interface LoggedFacts {
  readonly id: string;
  readonly seq: string;
  /** What it says about the graph. @throws what `factsOf` throws */
  readonly facts: () => Facts;
}

/** The log, read as what its events say about the graph. */
@Injectable()
export class FactLog {
  constructor(
    private readonly log: EventLogRepository,
    private readonly statements: SqlStatements,
  ) {}

  /** Events in the order of their arrival, for a replay. @param after the `seq` of the last one read */
  async readBatch(after: string, limit: number): Promise<LoggedFacts[]> {
    const events = await this.log.readBatch(after, limit);
    const read = await Promise.all(events.map(async ({ body }) => this.statements.read(body)));
    return events.map((event, i) => ({
      id: event.id,
      seq: event.seq,
      facts: () => factsOf(event, idOfAsset, read[i]),
    }));
  }

  /** @param errors by event id; null for one that was projected */
  setErrors(errors: ReadonlyMap<string, string | null>): Promise<void> {
    return this.log.setProjectionErrors(errors);
  }
}
