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
      `SELECT e.id, e.seq, e.kind, e.event_time AS "eventTime", e.received_at AS "receivedAt", e.principal,
         e.subject_id AS "subjectId", e.asset_ids AS "assetIds", e.run_id AS "runId", e.body, e.warnings,
         e.projection_error AS "projectionError"
       FROM lineage_event AS e JOIN asset AS a ON a.id = e.subject_id LEFT JOIN asset AS c ON c.id = a.alias_of
       WHERE ${conditions.join(' AND ')} ORDER BY e.seq DESC LIMIT ${parameter(page.limit)}`,
      parameters,
    );
  }
}
