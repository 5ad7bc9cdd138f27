import { createHash } from 'node:crypto';
import type { Database } from '../../platform/index.js';

/** The derived tables with all that events say in them. Facets by the hash of their value. */
const DERIVED: Readonly<Record<string, string>> = {
  lineage_edge: 'source_id, target_id, first_seen_at, last_seen_at, valid',
  lineage_column_edge:
    'job_id, kind, source_id, source_column, target_id, target_column, transformation, subtype, is_masking, said, read, valid',
  lineage_pairing: 'job_id, output_id, input_id, kind, said, read, valid',
  lineage_statement: 'job_id, output_id, kind, at, event_id, value_id, of_job_id, of_output_id',
  lineage_drop: 'asset_id, at, of_asset_id',
  lineage_same: 'from_id, to_id, kind, claim',
  lineage_run:
    'run_id, job_id, job_claim, state, started_at, ended_at, first_event_at, last_event_at, completed_at, failed_at, aborted_at, parent_run_id, parent_claim, of_job_id',
  lineage_run_dataset: 'run_id, job_id, asset_id, direction, first_at, last_at, version, version_claim',
  lineage_facet: 'holder_id, holder, name, value_id, claim',
  lineage_version: 'asset_id, version, seen_at, run_id, run_claim',
};

/** Rows of what never held are there or not, by the order in which it was taken back, or in which names came to be of one asset. */
const SAYS_SOMETHING: Readonly<Record<string, string>> = {
  lineage_edge: "valid <> '{}'",
  lineage_column_edge: "said <> '{}' OR read <> '{}'",
  lineage_pairing: "said <> '{}' OR read <> '{}'",
};

/** Tables that a rebuild empties and fills again. */
export const DERIVED_TABLES: readonly string[] = Object.keys(DERIVED);

/**
 * A hash over the whole derived graph: equal for equal graphs, whatever the order in which rows were written. Each table goes in as
 * its count and the sum of its rows' hashes, so that no table has to be sorted.
 * @returns SHA-256 in hex
 */
export async function hashOfGraph(database: Database): Promise<string> {
  const hash = createHash('sha256');
  for (const [table, columns] of Object.entries(DERIVED)) {
    const [row] = await database.query<{ summary: string }>(
      `SELECT concat_ws(' ', count(*), sum(hashtextextended(r, 0)::numeric), sum(hashtextextended(r, 46)::numeric)) AS summary
       FROM (SELECT ROW(${columns})::text AS r FROM ${table} WHERE ${SAYS_SOMETHING[table] ?? 'true'}) AS rows`,
    );
    hash.update(`${table} ${row!.summary}\n`);
  }
  return hash.digest('hex');
}
