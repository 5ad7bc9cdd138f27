import { Injectable } from '@nestjs/common';
import { policyColumns } from '../../../catalog/index.js';
import { Database } from '../../../platform/index.js';
import { planToSql, type VisibilityPlan } from '../../../policy/index.js';

/** Which stretches of time: the hours of the last day, or the days of the last week as a zone has them. */
export const PERIODS = ['DAY', 'WEEK'] as const;
export type Period = (typeof PERIODS)[number];

export interface Interval {
  readonly startInterval: Date;
  readonly endInterval: Date;
}

export interface AssetCount extends Interval {
  /** How many there were at its end. */
  readonly count: number;
}

/** Runs by what was told of them within the interval. */
export interface RunCount extends Interval {
  readonly fail: number;
  readonly start: number;
  readonly complete: number;
  readonly abort: number;
}

export const COUNTED = ['jobs', 'datasets', 'sources'] as const;
export type Counted = (typeof COUNTED)[number];

/** A query that gives the intervals as (start, "end"). $1 is the zone. */
const INTERVALS: Readonly<Record<Period, string>> = {
  DAY: `SELECT h AS start, h + interval '1 hour' AS "end"
    FROM generate_series(date_trunc('hour', now(), $1) - interval '23 hours', date_trunc('hour', now(), $1), interval '1 hour') AS h`,
  WEEK: `SELECT d AT TIME ZONE $1 AS start, (d + interval '1 day') AT TIME ZONE $1 AS "end"
    FROM generate_series(date_trunc('day', now() AT TIME ZONE $1) - interval '6 days', date_trunc('day', now() AT TIME ZONE $1),
      interval '1 day') AS d`,
};

/** Whose first sight counts. */
const ROWS: Readonly<Record<Counted, string>> = {
  jobs: `SELECT a.created_at FROM asset AS a WHERE a.alias_of IS NULL AND a.space = 'job' AND`,
  datasets: `SELECT a.created_at FROM asset AS a WHERE a.alias_of IS NULL AND a.space = 'data' AND`,
  sources: `SELECT min(a.created_at) AS created_at FROM asset AS a WHERE a.alias_of IS NULL AND a.space = 'data' AND`,
};

/** Counts over time; every query takes which assets the caller may know of. */
@Injectable()
export class StatsRepository {
  constructor(private readonly database: Database) {}

  /** @param timezone an IANA name */
  assets(counted: Counted, period: Period, timezone: string, visible: VisibilityPlan): Promise<AssetCount[]> {
    const parameters: unknown[] = [timezone];
    const plan = planToSql(visible.plan, policyColumns('a'), parameters);
    const grouped = counted === 'sources' ? 'GROUP BY a.identity_namespace' : '';
    return this.database.query(
      `WITH seen AS MATERIALIZED (${ROWS[counted]} ${plan} ${grouped})
       SELECT i.start AS "startInterval", i."end" AS "endInterval",
         (SELECT count(*)::int FROM seen WHERE seen.created_at < i."end") AS count
       FROM (${INTERVALS[period]}) AS i ORDER BY 1`,
      parameters,
    );
  }

  /** @param timezone an IANA name */
  runs(period: Period, timezone: string, visible: VisibilityPlan): Promise<RunCount[]> {
    const parameters: unknown[] = [timezone];
    const plan = planToSql(visible.plan, policyColumns('a'), parameters);
    const count = (column: string, name: string) =>
      `(SELECT count(*)::int FROM recent AS r WHERE r.${column} >= i.start AND r.${column} < i."end") AS ${name}`;
    return this.database.query(
      `WITH i AS MATERIALIZED (${INTERVALS[period]}), recent AS MATERIALIZED (
         SELECT r.started_at, r.completed_at, r.failed_at, r.aborted_at FROM lineage_run AS r JOIN asset AS a ON a.id = r.job_id
         WHERE r.last_event_at >= (SELECT min(start) FROM i) AND ${plan})
       SELECT i.start AS "startInterval", i."end" AS "endInterval", ${count('failed_at', 'fail')},
         ${count('started_at', 'start')}, ${count('completed_at', 'complete')}, ${count('aborted_at', 'abort')}
       FROM i ORDER BY 1`,
      parameters,
    );
  }
}
