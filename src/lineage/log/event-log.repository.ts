import { Injectable } from '@nestjs/common';
import { Database, jsonText, prepared } from '../../platform/index.js';
import type { EventKind, LoggedEvent } from '../events/event.js';
import type { EventWarning } from '../events/validate-event.js';

/** An event about to be stored. */
export interface NewEvent extends LoggedEvent {
  readonly kind: EventKind;
  readonly eventTime: string;
  /** Who sent it, as a subject. */
  readonly principal: string;
  /** The job that it is about; of a DatasetEvent the dataset. */
  readonly subjectId: string;
  /** Every asset that it names, in facets too. */
  readonly assetIds: readonly string[];
  readonly runId: string | null;
  /** The canonical JSON of `body`. */
  readonly bodyJson: string;
  readonly warnings: readonly EventWarning[];
  readonly projectionError: string | null;
}

/**
 * Any number that no other advisory lock of the service uses. Held shared by those who append, alone by a rebuild: between reading the
 * log and writing the graph nothing may come in.
 */
export const PROJECTION_LOCK = 4_600_005;

/** The log of events. Append-only: only the error of a projection is ever changed. */
@Injectable()
export class EventLogRepository {
  constructor(private readonly database: Database) {}

  /**
   * Stores those that are not there yet, by id, and holds off rebuilds until the transaction ends.
   * @param isAlone whether all other writers are held off too
   * @returns ids of the new ones
   */
  async append(events: readonly NewEvent[], isAlone = false): Promise<Set<string>> {
    const rows = await this.database.query<{ id: string }>(
      prepared(`WITH hold AS MATERIALIZED (SELECT pg_advisory_xact_lock${isAlone ? '' : '_shared'}($2))
       INSERT INTO lineage_event
         (id, kind, event_time, principal, subject_id, asset_ids, run_id, body, warnings, withheld, projection_error)
       SELECT id, kind, "eventTime", principal, "subjectId", "assetIds", "runId", body, warnings, withheld, "projectionError"
       FROM jsonb_to_recordset($1::jsonb) AS r (id text, kind text, "eventTime" timestamptz, principal text, "subjectId" uuid,
         "assetIds" uuid[], "runId" uuid, body jsonb, warnings jsonb, withheld uuid[], "projectionError" text), hold
       ORDER BY id COLLATE "C"
       ON CONFLICT (id, event_time) DO NOTHING RETURNING id`),
      [`[${events.map(rowOf).join(',')}]`, PROJECTION_LOCK],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Events in the order of their arrival, for a replay. @param after the `seq` of the last one read */
  readBatch(after: string, limit: number): Promise<(LoggedEvent & { readonly seq: string })[]> {
    return this.database.query(
      'SELECT seq, id, body, withheld FROM lineage_event WHERE seq > $1 ORDER BY seq LIMIT $2',
      [after, limit],
    );
  }

  /** @param errors by event id; null for one that was projected */
  async setProjectionErrors(errors: ReadonlyMap<string, string | null>): Promise<void> {
    await this.database.query(
      `UPDATE lineage_event AS e SET projection_error = r.error
       FROM jsonb_to_recordset($1::jsonb) AS r (id text, error text)
       WHERE e.id = r.id AND e.projection_error IS DISTINCT FROM r.error`,
      [jsonText([...errors].map(([id, error]) => ({ id, error })))],
    );
  }

  /** How many events wait for a rebuild because they could not be projected. */
  async countUnprojected(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM lineage_event WHERE projection_error IS NOT NULL',
    );
    return row!.count;
  }
}

/** The body goes in as the text it already is. */
function rowOf({ bodyJson, body: _body, ...row }: NewEvent): string {
  return `${JSON.stringify(row).slice(0, -1)},"body":${bodyJson}}`;
}
