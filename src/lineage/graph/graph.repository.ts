import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { Transformation } from '../projection/facts.js';
import { ALL_COLUMNS, NO_JOB } from '../projection/facts.js';
import { assetOfPlace, type ColumnPlace, columnOfPlace, placeOfColumn, viaOfPlace } from './places.js';
import type { Step, Way } from './traversal.js';

/** An edge between two assets. `from` and `to` are places, see `assetOfPlace`. */
export interface AssetStep extends Step {
  readonly sourceId: string;
  readonly targetId: string;
}

/** When an edge was said, by events or else by people. */
export interface EdgeTimes {
  readonly sourceId: string;
  readonly targetId: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

type EdgeRow = Omit<AssetStep, 'from' | 'to'> & { readonly via: string | null; readonly isPaired: boolean };

/** An edge between two columns. `from` and `to` are their places, see `placeOfColumn`. */
export interface ColumnStep extends Step {
  readonly source: ColumnPlace;
  readonly target: ColumnPlace;
  readonly transformation: Transformation;
  /** Whether every job that makes it masks the values. */
  readonly isMasking: boolean;
}

interface ColumnEdgeRow {
  readonly sourceId: string;
  readonly sourceColumn: string;
  readonly targetId: string;
  readonly targetColumn: string;
  readonly transformation: Transformation;
  readonly isMasking: boolean;
}

const COLUMN_EDGE = `e.source_id AS "sourceId", e.source_column AS "sourceColumn", e.target_id AS "targetId",
  e.target_column AS "targetColumn", e.transformation`;

/** A condition for rows with a `valid`, by their alias. */
type Holding = (alias: string) => string;

function holding(asOf: Date, parameters: unknown[]): Holding {
  const instant = `$${parameters.push(asOf)}::timestamptz`;
  return (alias) => `${alias}.valid @> ${instant}`;
}

/**
 * Whether an input of a job flows into an output of it: as an explicit statement says; else as columns say, for inputs that they name
 * anywhere; else it does.
 */
function flows(job: string, input: string, output: string, holds: Holding): string {
  const said = (kind: string, inputs: string, outputs = `q.output_id = ${output}`) =>
    `EXISTS (SELECT FROM lineage_pairing AS q WHERE q.job_id = ${job} AND ${outputs} AND q.input_id = ${inputs} AND q.kind = '${kind}'
       AND ${holds('q')})`;
  return `CASE WHEN ${said('lineage', `'${NO_JOB}'`)} THEN ${said('lineage', input)}
    WHEN ${said('columns', `'${NO_JOB}'`)} THEN ${said('columns', input)} OR NOT ${said('columns', input, 'true')}
    ELSE true END`;
}

/** Whether an edit of an edge is there. Not a join: the edges of one place after the other are looked at, and no more than are wanted. */
const edited = (how: string): string =>
  `((e.source_id, e.target_id) IN (SELECT source_id, target_id FROM d WHERE ${how}))`;

/** Edges, one level at a time: each is a range of an index. */
@Injectable()
export class GraphRepository {
  constructor(private readonly database: Database) {}

  /**
   * Edges that leave the places one way: what events say, and what people add or remove, whose word goes before. What they add is not
   * narrowed by statements. @param asOf when they hold
   */
  async edges(places: readonly string[], way: Way, limit: number, asOf: Date): Promise<AssetStep[]> {
    const [near, far] = way === 'downstream' ? ['source_id', 'target_id'] : ['target_id', 'source_id'];
    const [input, output] = way === 'downstream' ? ['p.via', 'e.target_id'] : ['e.source_id', 'p.via'];
    const parameters: unknown[] = [
      places.map(assetOfPlace),
      places.map((place) => viaOfPlace(place) ?? null),
      limit,
    ];
    const holds = holding(asOf, parameters);
    const rows = await this.database.query<EdgeRow>(
      `WITH d AS MATERIALIZED (
         SELECT of_source_id AS source_id, of_target_id AS target_id, bool_or(action = 'add') AS is_added, bool_or(action = 'remove') AS is_removed
         FROM lineage_edit AS d WHERE of_${near} = ANY($1::uuid[]) AND action <> 'confirm' AND ${holds('d')} GROUP BY 1, 2
       ), e AS (
         (SELECT e.source_id, e.target_id, p.via, ${edited('is_added')} AS is_added
          FROM (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS p (id, via) ORDER BY id) AS p CROSS JOIN LATERAL (
            SELECT source_id, target_id FROM lineage_edge AS e WHERE e.${near} = p.id AND ${holds('e')} OFFSET 0) AS e
          WHERE NOT ${edited('is_removed')}
            AND (p.via IS NULL OR ${edited('is_added')} OR ${flows('p.id', input!, output!, holds)})
          ORDER BY p.id, e.${far}, p.via LIMIT $3)
         UNION ALL
         SELECT d.source_id, d.target_id, p.via, true FROM d JOIN unnest($1::uuid[], $2::uuid[]) AS p (id, via) ON p.id = d.${near}
         WHERE d.is_added AND NOT d.is_removed AND NOT EXISTS (
           SELECT FROM lineage_edge AS m WHERE m.source_id = d.source_id AND m.target_id = d.target_id AND ${holds('m')})
       )
       SELECT e.source_id AS "sourceId", e.target_id AS "targetId", e.via, NOT e.is_added AND EXISTS (
         SELECT FROM lineage_pairing AS q WHERE q.job_id = e.${far} AND q.input_id = '${NO_JOB}' AND ${holds('q')}) AS "isPaired"
       FROM e
       ORDER BY e.${near}, e.${far}, e.via LIMIT $3`,
      parameters,
    );
    return rows.map(({ via, isPaired, ...edge }) => {
      const [nearId, farId] =
        way === 'downstream' ? [edge.sourceId, edge.targetId] : [edge.targetId, edge.sourceId];
      const nearPlace = via === null ? nearId : `${nearId} ${via}`;
      const farPlace = isPaired ? `${farId} ${nearId}` : farId;
      return way === 'downstream'
        ? { ...edge, from: nearPlace, to: farPlace }
        : { ...edge, from: farPlace, to: nearPlace };
    });
  }

  /** When events said these edges; of what people alone say, when they said it. */
  times(edges: readonly Pick<EdgeTimes, 'sourceId' | 'targetId'>[]): Promise<EdgeTimes[]> {
    return this.database.query(
      `SELECT p.source AS "sourceId", p.target AS "targetId", coalesce(e.first_seen_at, d.first_at) AS "firstSeenAt",
         coalesce(e.last_seen_at, d.last_at) AS "lastSeenAt"
       FROM unnest($1::uuid[], $2::uuid[]) AS p (source, target)
       LEFT JOIN lineage_edge AS e ON e.source_id = p.source AND e.target_id = p.target AND e.valid <> '{}'
       CROSS JOIN LATERAL (
         SELECT min(created_at) AS first_at, max(created_at) AS last_at FROM lineage_edit
         WHERE e.source_id IS NULL AND of_source_id = p.source AND of_target_id = p.target AND action = 'add') AS d
       WHERE e.source_id IS NOT NULL OR d.first_at IS NOT NULL`,
      [edges.map(({ sourceId }) => sourceId), edges.map(({ targetId }) => targetId)],
    );
  }

  /** Edges that leave the columns one way. The whole of a dataset is each of its columns, and each of them is in the whole. */
  async columnEdges(places: readonly string[], way: Way, limit: number, asOf: Date): Promise<ColumnStep[]> {
    const columns = places.map(columnOfPlace);
    const [near, far] = way === 'downstream' ? ['source', 'target'] : ['target', 'source'];
    const parameters: unknown[] = [
      columns.map(({ assetId }) => assetId),
      columns.map(({ column }) => column),
      limit,
    ];
    const holds = holding(asOf, parameters);
    const rows = await this.database.query<ColumnEdgeRow>(
      `SELECT ${COLUMN_EDGE}, bool_and(e.is_masking) AS "isMasking" FROM unnest($1::uuid[], $2::text[]) AS p (asset_id, name)
       JOIN lineage_column_edge AS e ON e.${near}_id = p.asset_id AND (e.${near}_column IN (p.name, '${ALL_COLUMNS}') OR p.name = '${ALL_COLUMNS}')
       WHERE ${holds('e')} GROUP BY 1, 2, 3, 4, 5
       ORDER BY e.${near}_id, e.${near}_column COLLATE "C", e.${far}_id, e.${far}_column COLLATE "C", e.transformation COLLATE "C" LIMIT $3`,
      parameters,
    );
    return rows.map(toColumnStep);
  }

  /** Edges into any column of the assets. What influences whole datasets is not among them. */
  async columnEdgesInto(assetIds: readonly string[], limit: number, asOf: Date): Promise<ColumnStep[]> {
    const rows = await this.database.query<ColumnEdgeRow>(
      `SELECT ${COLUMN_EDGE}, bool_and(e.is_masking) AS "isMasking" FROM lineage_column_edge AS e
       WHERE e.target_id = ANY($1) AND e.target_column <> '${ALL_COLUMNS}' AND e.valid @> $3::timestamptz
       GROUP BY 1, 2, 3, 4, 5 ORDER BY 3, 4, 1, 2, 5 LIMIT $2`,
      [assetIds, limit, asOf],
    );
    return rows.map(toColumnStep);
  }

  /** Columns of an asset that any edge touches. */
  async columnsWithEdges(assetId: string, limit: number, asOf: Date): Promise<string[]> {
    const parameters: unknown[] = [assetId, limit];
    const holds = holding(asOf, parameters);
    const rows = await this.database.query<{ name: string }>(
      `SELECT name FROM (SELECT source_column AS name FROM lineage_column_edge AS e WHERE source_id = $1 AND ${holds('e')}
       UNION SELECT target_column FROM lineage_column_edge AS e WHERE target_id = $1 AND ${holds('e')}) AS names ORDER BY name COLLATE "C" LIMIT $2`,
      parameters,
    );
    return rows.map(({ name }) => name);
  }

  /**
   * Those assets of which an event named an edge since an instant, and, where they are jobs, whose `jobType` facet has a word.
   * @param idList ids as PostgreSQL writes an array
   */
  async matching(
    idList: string,
    jobType: string | undefined,
    seenSince: Date | undefined,
  ): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT p.id FROM unnest($1::uuid[]) AS p (id) WHERE
         ($2::timestamptz IS NULL OR EXISTS (SELECT FROM lineage_edge AS e WHERE e.source_id = p.id AND e.last_seen_at >= $2)
           OR EXISTS (SELECT FROM lineage_edge AS e WHERE e.target_id = p.id AND e.last_seen_at >= $2))
         AND ($3::text IS NULL OR NOT EXISTS (SELECT FROM asset AS a WHERE a.id = p.id AND a.space = 'job') OR EXISTS (
           SELECT FROM lineage_facet AS f JOIN lineage_facet_value AS v ON v.id = f.value_id
           WHERE (f.holder_id = p.id OR f.holder_id IN (SELECT raw_id FROM lineage_alias WHERE asset_id = p.id))
             AND f.holder = 'asset' AND f.name = 'jobType'
             AND upper($3) IN (upper(v.value->>'processingType'), upper(v.value->>'integration'), upper(v.value->>'jobType'))))`,
      [idList, seenSince ?? null, jobType ?? null],
    );
    return rows.map(({ id }) => id);
  }

  /** The installation's own secret, made by its first migration. */
  async secret(): Promise<string> {
    const [row] = await this.database.query<{ secret: string }>('SELECT secret FROM lineage_secret');
    return row!.secret;
  }

  /** Those of `ids` that are assets of the catalog. */
  async existing(ids: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>('SELECT id FROM asset WHERE id = ANY($1)', [ids]);
    return rows.map(({ id }) => id);
  }
}

function toColumnStep(row: ColumnEdgeRow): ColumnStep {
  const source = { assetId: row.sourceId, column: row.sourceColumn };
  const target = { assetId: row.targetId, column: row.targetColumn };
  return {
    source,
    target,
    transformation: row.transformation,
    isMasking: row.isMasking,
    from: placeOfColumn(source),
    to: placeOfColumn(target),
  };
}
