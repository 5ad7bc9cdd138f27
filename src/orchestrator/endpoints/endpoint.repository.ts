import { Injectable } from '@nestjs/common';
import { policyColumns } from '../../catalog/index.js';
import { Database, type PageRequest } from '../../platform/index.js';
import { type Plan, planToSql } from '../../policy/index.js';
import type { Endpoint, EndpointRevision } from './endpoint.js';
import type { Observation } from './endpoint-state.js';
import { EndpointChangedError } from './errors.js';

const revisionJson = (
  alias: string,
) => `jsonb_build_object('number', ${alias}.number, 'repository', ${alias}.repository,
  'modelAssetId', ${alias}.model_asset_id, 'commitId', ${alias}.commit_id, 'path', ${alias}.path, 'sha256', ${alias}.sha256,
  'sizeBytes', ${alias}.size_bytes, 'trainingRunId', ${alias}.training_run_id, 'runId', ${alias}.run_id,
  'deployedBy', ${alias}.deployed_by, 'refusal', ${alias}.refusal, 'createdAt', ${alias}.created_at)`;

const ENDPOINT = `SELECT e.name, e.asset_id AS "assetId", a.namespace, e.desired, e.observed, e.reason, e.version,
    e.created_at AS "createdAt", ${revisionJson('r')} AS revision,
    CASE WHEN s.number IS NOT NULL THEN ${revisionJson('s')} END AS served
  FROM endpoint AS e JOIN asset AS a ON a.id = e.asset_id
  JOIN endpoint_revision AS r ON r.endpoint = e.name AND r.number = e.revision
  LEFT JOIN endpoint_revision AS s ON s.endpoint = e.name AND s.number = e.served_revision`;

/** Rows of endpoints and their revisions. */
@Injectable()
export class EndpointRepository {
  constructor(private readonly database: Database) {}

  async find(name: string): Promise<Endpoint | undefined> {
    const [row] = await this.database.query<Endpoint>(`${ENDPOINT} WHERE e.name = $1`, [name]);
    return row && whole(row);
  }

  /** By name; those whose asset the plan shows. */
  async list(visible: Plan, page: PageRequest<readonly [string]>): Promise<Endpoint[]> {
    const parameters: unknown[] = [page.after?.[0] ?? null, page.limit];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    const rows = await this.database.query<Endpoint>(
      `${ENDPOINT} WHERE ($1::text IS NULL OR e.name > $1) AND ${predicate} ORDER BY e.name LIMIT $2`,
      parameters,
    );
    return rows.map(whole);
  }

  /** All that serve, or are still to be stopped. */
  async active(): Promise<Endpoint[]> {
    const rows = await this.database.query<Endpoint>(
      `${ENDPOINT} WHERE e.desired = 'serving' OR e.observed <> 'stopped' ORDER BY e.name`,
    );
    return rows.map(whole);
  }

  async countServing(): Promise<number> {
    const [row] = await this.database.query<{ n: string }>(
      `SELECT count(*) AS n FROM endpoint WHERE desired = 'serving'`,
    );
    return Number(row!.n);
  }

  /** The newest first. */
  async revisions(name: string, limit: number): Promise<EndpointRevision[]> {
    const rows = await this.database.query<{ revision: EndpointRevision }>(
      `SELECT ${revisionJson('r')} AS revision FROM endpoint_revision AS r WHERE r.endpoint = $1
       ORDER BY r.number DESC LIMIT $2`,
      [name, limit],
    );
    return rows.map(({ revision }) => dated(revision));
  }

  /** Makes an endpoint, or points one at a new revision. In the transaction under way. */
  async deploy(
    name: string,
    assetId: string,
    revision: Omit<EndpointRevision, 'number' | 'refusal' | 'createdAt'>,
  ): Promise<void> {
    const [row] = await this.database.query<{ revision: number }>(
      `INSERT INTO endpoint (name, asset_id, desired, observed, revision) VALUES ($1, $2, 'serving', 'pending', 1)
       ON CONFLICT (name) DO UPDATE SET desired = 'serving', revision = endpoint.revision + 1, version = endpoint.version + 1,
         observed = CASE WHEN endpoint.observed = 'ready' THEN 'ready' ELSE 'pending' END,
         reason = CASE WHEN endpoint.observed = 'ready' AND endpoint.served_revision IS NOT NULL
           THEN format('revision %s answers, and not %s: it is being loaded', endpoint.served_revision, endpoint.revision + 1) END
       RETURNING revision`,
      [name, assetId],
    );
    await this.database.query(
      `INSERT INTO endpoint_revision (endpoint, number, repository, model_asset_id, commit_id, path, sha256, size_bytes,
         training_run_id, run_id, deployed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        ...[name, row!.revision, revision.repository, revision.modelAssetId, revision.commitId],
        ...[revision.path, revision.sha256, revision.sizeBytes, revision.trainingRunId],
        ...[revision.runId, revision.deployedBy],
      ],
    );
  }

  /** Asks for the end of serving; a stopped endpoint stays as it is. */
  async stop(name: string): Promise<void> {
    await this.database.query(
      `UPDATE endpoint SET desired = 'stopped', version = version + 1 WHERE name = $1 AND desired = 'serving'`,
      [name],
    );
  }

  /** Writes what was observed of an endpoint that is still as it was read. @throws {EndpointChangedError} */
  async observe(
    { name, version }: Endpoint,
    { observed, reason, served, refused }: Observation,
    refusal: string | undefined,
  ): Promise<void> {
    const rows = await this.database.query(
      `UPDATE endpoint SET observed = $3, reason = $4, served_revision = $5, version = version + 1
       WHERE name = $1 AND version = $2 RETURNING 1`,
      [name, version, observed, reason, served],
    );
    if (rows.length === 0) throw new EndpointChangedError(name);
    if (refused === undefined) return;
    await this.database.query(
      'UPDATE endpoint_revision SET refusal = $3 WHERE endpoint = $1 AND number = $2',
      [name, refused, refusal],
    );
  }
}

function whole(row: Endpoint): Endpoint {
  return { ...row, revision: dated(row.revision), served: row.served && dated(row.served) };
}

/** JSON has no dates. */
function dated(revision: EndpointRevision): EndpointRevision {
  return { ...revision, createdAt: new Date(revision.createdAt) };
}
