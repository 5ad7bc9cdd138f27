import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/index.js';
import { namesOf } from '../../identity/names-of.js';
import { UNKNOWN_NAMESPACE } from '../../projection/identity.js';

/** One facet as an event of a run told it. */
export interface ToldFacet {
  readonly runId: string;
  readonly name: string;
  readonly value: unknown;
}

/** The value if it is of this JSON type, else an empty one: producers get things wrong. */
const listAt = (value: string) => `CASE jsonb_typeof(${value}) WHEN 'array' THEN ${value} ELSE '[]' END`;
const objectAt = (value: string) => `CASE jsonb_typeof(${value}) WHEN 'object' THEN ${value} ELSE '{}' END`;

/** Facets as the log has them, in the order of event time. */
@Injectable()
export class ToldFacetRepository {
  constructor(private readonly database: Database) {}

  /** Of a dataset that the runs wrote, under any of its names. */
  ofOutput(runIds: readonly string[], assetId: string): Promise<ToldFacet[]> {
    return this.database.query(
      `SELECT e.run_id AS "runId", f.key AS name, f.value FROM lineage_event AS e
       CROSS JOIN LATERAL jsonb_array_elements(${listAt("e.body->'outputs'")}) AS d (value)
       CROSS JOIN LATERAL jsonb_each(${objectAt("d.value->'facets'")}) AS f
       WHERE e.run_id = ANY($1) AND (coalesce(nullif(d.value->>'namespace', ''), '${UNKNOWN_NAMESPACE}'), d.value->>'name') IN (
         SELECT n.identity_namespace, n.identity_name FROM asset AS n WHERE n.id IN (${namesOf('$2')}))
       ORDER BY e.event_time, e.id`,
      [runIds, assetId],
    );
  }

  /** Of the job of a run. */
  ofJob(runId: string): Promise<ToldFacet[]> {
    return this.database.query(
      `SELECT e.run_id AS "runId", f.key AS name, f.value FROM lineage_event AS e
       CROSS JOIN LATERAL jsonb_each(${objectAt("e.body->'job'->'facets'")}) AS f
       WHERE e.run_id = $1 ORDER BY e.event_time, e.id`,
      [runId],
    );
  }
}
