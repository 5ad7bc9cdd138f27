import { Injectable } from '@nestjs/common';
import { policyColumns } from '../../catalog/index.js';
import { Database, type PageRequest } from '../../platform/index.js';
import { planToSql, type VisibilityPlan } from '../../policy/index.js';
import type { EventKind } from '../events/event.js';
import { namesOf } from '../identity/names-of.js';
import type { EventWarning } from '../events/validate-event.js';

/** Which events a list shows; absent means any. */
export interface EventFilter {
  /** Events about this job, or about this dataset by itself, under any of its names. */
  readonly assetId?: string;
  readonly runId?: string;
  readonly isUnprojected?: boolean;
}

/** An event as the log keeps it. */
export interface EventRecord {
  readonly id: string;
  readonly seq: string;
  readonly kind: EventKind;
  readonly eventTime: Date;
  readonly receivedAt: Date;
  readonly principal: string;
  readonly subjectId: string;
  readonly assetIds: readonly string[];
  readonly runId: string | null;
  readonly body: object;
  readonly warnings: readonly EventWarning[];
  readonly projectionError: string | null;
}

/** Events of runs between two instants of event time, either of them open. */
export interface EventSlice {
  readonly after: string | undefined;
  readonly before: string | undefined;
  readonly isAscending: boolean;
  readonly limit: number;
  readonly offset: number;
}

const EVENT = `e.id, e.seq, e.kind, e.event_time AS "eventTime", e.received_at AS "receivedAt", e.principal,
  e.subject_id AS "subjectId", e.asset_ids AS "assetIds", e.run_id AS "runId", e.body, e.warnings,
  e.projection_error AS "projectionError"`;

/** Events that are counted at most. */
const MAX_COUNT = 100_000;

/** Events of a run that are looked at for their warnings. */
const MAX_WARNING_EVENTS = 1_000;

@Injectable()
export class EventListRepository {
  constructor(private readonly database: Database) {}

  /** The latest to arrive first. @param visible the jobs and datasets that the caller may know of */
  list(
    filter: EventFilter,
    visible: VisibilityPlan,
    page: PageRequest<readonly [string]>,
  ): Promise<EventRecord[]> {
    const parameters: unknown[] = [];
    const parameter = (value: unknown) => `$${parameters.push(value)}`;
    const conditions = [
      planToSql(visible.plan, policyColumns('a'), parameters),
      `(c.id IS NULL OR ${planToSql(visible.plan, policyColumns('c'), parameters)})`,
    ];
    if (filter.assetId !== undefined)
      conditions.push(`e.subject_id IN (${namesOf(parameter(filter.assetId))})`);
    if (filter.runId !== undefined) conditions.push(`e.run_id = ${parameter(filter.runId)}::uuid`);
    if (filter.isUnprojected !== undefined) {
      conditions.push(`e.projection_error IS ${filter.isUnprojected ? 'NOT ' : ''}NULL`);
    }
    if (page.after !== undefined) conditions.push(`e.seq < ${parameter(page.after[0])}::bigint`);
    return this.database.query(
      `SELECT ${EVENT} FROM lineage_event AS e JOIN asset AS a ON a.id = e.subject_id LEFT JOIN asset AS c ON c.id = a.alias_of
       WHERE ${conditions.join(' AND ')} ORDER BY e.seq DESC LIMIT ${parameter(page.limit)}`,
      parameters,
    );
  }

  /** By event time. @param visible as in {@link list} @returns also how many there are in all, up to 100,000 */
  async ofRuns(
    { after, before, isAscending, limit, offset }: EventSlice,
    visible: VisibilityPlan,
  ): Promise<{ events: EventRecord[]; total: number }> {
    const parameters: unknown[] = [after ?? null, before ?? null];
    const from = `FROM lineage_event AS e JOIN asset AS a ON a.id = e.subject_id WHERE e.kind = 'run'
      AND e.event_time >= coalesce($1::timestamptz, '-infinity') AND e.event_time < coalesce($2::timestamptz, 'infinity')
      AND ${planToSql(visible.plan, policyColumns('a'), parameters)}`;
    const [row] = await this.database.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM (SELECT ${from} LIMIT ${MAX_COUNT}) AS counted`,
      parameters,
    );
    const order = isAscending ? 'ASC' : 'DESC';
    const events = await this.database.query<EventRecord>(
      `SELECT ${EVENT} ${from} ORDER BY e.event_time ${order}, e.id ${order}
       LIMIT $${parameters.length + 1} OFFSET $${parameters.length + 2}`,
      [...parameters, limit, offset],
    );
    return { events, total: row!.total };
  }

  /**
   * Events of a run that came with warnings: of those that warn of the same about the same assets the latest to arrive, the first of them
   * to happen first.
   */
  warningOfRun(runId: string, limit: number): Promise<EventRecord[]> {
    return this.database.query(
      `SELECT ${EVENT} FROM lineage_event AS e WHERE e.seq IN (
         SELECT max(seq) FROM (
           SELECT seq, warnings, asset_ids FROM lineage_event WHERE run_id = $1 AND warnings <> '[]' ORDER BY seq DESC LIMIT ${MAX_WARNING_EVENTS}
         ) AS latest GROUP BY warnings, asset_ids)
       ORDER BY e.event_time, e.seq LIMIT $2`,
      [runId, limit],
    );
  }
}
