import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { Transformation } from '../projection/facts.js';
import { ALL_COLUMNS } from '../projection/facts.js';
import type { Step, Way } from './traversal.js';

/** An edge between two assets. */
export interface AssetStep extends Step {
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

/** A column of an asset. */
export interface ColumnPlace {
  readonly assetId: string;
  readonly column: string;
}

/** An edge between two columns. `from` and `to` are their places, see {@link placeOfColumn}. */
export interface ColumnStep extends Step {
  readonly source: ColumnPlace;
  readonly target: ColumnPlace;
  readonly transformation: Transformation;
}

/** A column's place in a walk. */
export function placeOfColumn({ assetId, column }: ColumnPlace): string {
  return `${assetId} ${column}`;
}

function columnOfPlace(place: string): ColumnPlace {
  const at = place.indexOf(' ');
  return { assetId: place.slice(0, at), column: place.slice(at + 1) };
}

interface ColumnEdgeRow {
  readonly sourceId: string;
  readonly sourceColumn: string;
  readonly targetId: string;
  readonly targetColumn: string;
  readonly transformation: Transformation;
}

const COLUMN_EDGE = `e.source_id AS "sourceId", e.source_column AS "sourceColumn", e.target_id AS "targetId",
  e.target_column AS "targetColumn", e.transformation`;

/** Edges, one level at a time: each is a range of an index. */
@Injectable()
export class GraphRepository {
  constructor(private readonly database: Database) {}

  /** Edges that leave the assets one way. */
  edges(assetIds: readonly string[], way: Way, limit: number): Promise<AssetStep[]> {
    const [near, far] = way === 'downstream' ? ['source_id', 'target_id'] : ['target_id', 'source_id'];
    return this.database.query(
      `SELECT source_id AS "from", target_id AS "to", first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt"
       FROM lineage_edge WHERE ${near} = ANY($1) ORDER BY ${near}, ${far} LIMIT $2`,
      [assetIds, limit],
    );
  }

  /** Edges that leave the columns one way. What influences a whole dataset lies upstream of each of its columns. */
  async columnEdges(places: readonly string[], way: Way, limit: number): Promise<ColumnStep[]> {
    const columns = places.map(columnOfPlace);
    const near = way === 'downstream' ? 'source' : 'target';
    const whole = way === 'upstream' ? ` OR e.target_column = '${ALL_COLUMNS}'` : '';
    const rows = await this.database.query<ColumnEdgeRow>(
      `SELECT DISTINCT ${COLUMN_EDGE} FROM unnest($1::uuid[], $2::text[]) AS p (asset_id, name)
       JOIN lineage_column_edge AS e ON e.${near}_id = p.asset_id AND (e.${near}_column = p.name${whole})
       ORDER BY 1, 2, 3, 4, 5 LIMIT $3`,
      [columns.map(({ assetId }) => assetId), columns.map(({ column }) => column), limit],
    );
    return rows.map(toColumnStep);
  }

  /** Columns of an asset that any edge touches. */
  async columnsWithEdges(assetId: string, limit: number): Promise<string[]> {
    const rows = await this.database.query<{ name: string }>(
      `SELECT source_column AS name FROM lineage_column_edge WHERE source_id = $1
       UNION SELECT target_column FROM lineage_column_edge WHERE target_id = $1 ORDER BY 1 LIMIT $2`,
      [assetId, limit],
    );
    return rows.map(({ name }) => name);
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
    from: placeOfColumn(source),
    to: placeOfColumn(target),
  };
}
