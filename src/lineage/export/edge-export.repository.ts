import { Injectable } from '@nestjs/common';
import { policyColumns } from '../../catalog/index.js';
import { Database } from '../../platform/index.js';
import { planToSql, type VisibilityPlan } from '../../policy/index.js';
import type { Transformation } from '../projection/facts.js';

/** Where a page of edges ends: the next begins after it. */
export type EdgeKey = readonly [sourceId: string, targetId: string];
/** As {@link EdgeKey}, of edges between columns. */
export type ColumnEdgeKey = readonly [
  sourceId: string,
  sourceColumn: string,
  targetId: string,
  targetColumn: string,
  transformation: string,
];

/** Before every key. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

interface Ends {
  readonly sourceId: string;
  readonly targetId: string;
  /** Whether the caller may see both ends. The rest of the row is theirs only then. */
  readonly isVisible: boolean;
  readonly sourceKind: string;
  readonly sourceNamespace: string;
  readonly sourceName: string;
  readonly targetKind: string;
  readonly targetNamespace: string;
  readonly targetName: string;
}

/** An edge that holds. */
export type EdgeRow = Ends;

/** An edge between columns that holds. */
export interface ColumnEdgeRow extends Ends {
  readonly sourceColumn: string;
  readonly targetColumn: string;
  readonly transformation: Transformation;
  readonly isMasking: boolean;
}

const NAMES = `a.kind AS "sourceKind", a.identity_namespace AS "sourceNamespace", a.identity_name AS "sourceName",
  b.kind AS "targetKind", b.identity_namespace AS "targetNamespace", b.identity_name AS "targetName"`;

const removed = (edge: string, at: string): string =>
  `EXISTS (SELECT FROM lineage_edit AS r WHERE r.of_source_id = ${edge}.source_id AND r.of_target_id = ${edge}.target_id
     AND r.action = 'remove' AND r.valid @> ${at})`;

/** All edges that hold at an instant, a page at a time, in the order of their ends. What is looked at is bounded, not what is visible. */
@Injectable()
export class EdgeExportRepository {
  constructor(private readonly database: Database) {}

  edges(after: EdgeKey, asOf: Date, visible: VisibilityPlan, limit: number): Promise<EdgeRow[]> {
    const parameters: unknown[] = [...after, asOf, limit];
    const at = '$3::timestamptz';
    return this.database.query(
      `WITH e AS (
         (SELECT m.source_id, m.target_id FROM lineage_edge AS m WHERE (m.source_id, m.target_id) > ($1::uuid, $2::uuid)
            AND m.valid @> ${at} AND NOT ${removed('m', at)} ORDER BY 1, 2 LIMIT $4)
         UNION
         (SELECT d.of_source_id, d.of_target_id
          FROM lineage_edit AS d CROSS JOIN LATERAL (SELECT d.of_source_id AS source_id, d.of_target_id AS target_id) AS m
          WHERE (d.of_source_id, d.of_target_id) > ($1::uuid, $2::uuid) AND d.action = 'add' AND d.valid @> ${at} AND NOT ${removed('m', at)}
          ORDER BY 1, 2 LIMIT $4)
       )
       SELECT e.source_id AS "sourceId", e.target_id AS "targetId", ${NAMES}, ${isVisible(visible, parameters)}
       FROM e LEFT JOIN asset AS a ON a.id = e.source_id LEFT JOIN asset AS b ON b.id = e.target_id ORDER BY 1, 2 LIMIT $4`,
      parameters,
    );
  }

  /** What several jobs say of two columns is one edge. */
  columnEdges(
    after: ColumnEdgeKey,
    asOf: Date,
    visible: VisibilityPlan,
    limit: number,
  ): Promise<ColumnEdgeRow[]> {
    const parameters: unknown[] = [...after, asOf, limit];
    return this.database.query(
      `SELECT e.source_id AS "sourceId", e.source_column AS "sourceColumn", e.target_id AS "targetId", e.target_column AS "targetColumn",
         e.transformation, e.is_masking AS "isMasking", ${NAMES}, ${isVisible(visible, parameters)}
       FROM (
         SELECT source_id, source_column COLLATE "C" AS source_column, target_id, target_column COLLATE "C" AS target_column,
           transformation COLLATE "C" AS transformation, bool_and(is_masking) AS is_masking
         FROM lineage_column_edge WHERE source_id >= $1::uuid AND valid @> $6::timestamptz
           AND (source_id, source_column COLLATE "C", target_id, target_column COLLATE "C", transformation COLLATE "C") > ($1::uuid, $2, $3::uuid, $4, $5)
         GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5 LIMIT $7
       ) AS e LEFT JOIN asset AS a ON a.id = e.source_id LEFT JOIN asset AS b ON b.id = e.target_id ORDER BY 1, 2, 3, 4, 5`,
      parameters,
    );
  }
}

/** What is in no catalog nobody may see. */
function isVisible({ plan }: VisibilityPlan, parameters: unknown[]): string {
  const ends = ['a', 'b'].map((end) => planToSql(plan, policyColumns(end), parameters));
  return `coalesce(a.id IS NOT NULL AND b.id IS NOT NULL AND ${ends.join(' AND ')}, false) AS "isVisible"`;
}
