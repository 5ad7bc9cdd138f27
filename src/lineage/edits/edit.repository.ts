import { Injectable } from '@nestjs/common';
import { policyColumns } from '../../catalog/index.js';
import { Database, type PageRequest } from '../../platform/index.js';
import { planToSql, type VisibilityPlan } from '../../policy/index.js';
import type { EditAction, EditRecord, Evidence, SeenEdge } from './edit.js';

/** An edit as it is made. */
export interface NewEdit {
  readonly action: EditAction;
  readonly sourceId: string;
  readonly targetId: string;
  readonly reason: string;
  readonly author: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** Which edits a list shows; absent means any. */
export interface EditFilter {
  readonly assetId?: string | undefined;
  readonly author?: string | undefined;
  /** Only those that hold then. */
  readonly heldAt?: Date | undefined;
}

const EDIT = `d.id, d.action, d.of_source_id AS "sourceId", d.of_target_id AS "targetId", d.reason, d.author, d.created_at AS "createdAt",
  d.expires_at AS "expiresAt", d.withdrawn_at AS "withdrawnAt", d.withdrawn_by AS "withdrawnBy", d.withdrawal_reason AS "withdrawalReason"`;

const standsFor = (name: string): string =>
  `coalesce((SELECT asset_id FROM lineage_alias WHERE raw_id = ${name}), ${name})`;

/** SQL of edits of edges by hand. */
@Injectable()
export class EditRepository {
  constructor(private readonly database: Database) {}

  /** Its id is when it was made, in microseconds, and no count of all edits. Edits are made one after another. */
  async add(edit: NewEdit): Promise<EditRecord> {
    const [row] = await this.database.query<EditRecord>(
      `INSERT INTO lineage_edit AS d (id, action, source_id, target_id, of_source_id, of_target_id, reason, author, created_at, expires_at) OVERRIDING SYSTEM VALUE
       VALUES ((SELECT greatest(coalesce(max(id), 0) + 1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) FROM lineage_edit), $1, $2::uuid, $3::uuid, ${standsFor('$2::uuid')}, ${standsFor('$3::uuid')}, $4, $5, $6, $7) RETURNING ${EDIT}`,
      [edit.action, edit.sourceId, edit.targetId, edit.reason, edit.author, edit.createdAt, edit.expiresAt],
    );
    return row!;
  }

  async find(id: string): Promise<EditRecord | undefined> {
    const [row] = await this.database.query<EditRecord>(
      `SELECT ${EDIT} FROM lineage_edit AS d WHERE d.id = $1`,
      [id],
    );
    return row;
  }

  /** The same edit by the same author that holds when this one is made. */
  async same(edit: NewEdit): Promise<EditRecord | undefined> {
    const [row] = await this.database.query<EditRecord>(
      `SELECT ${EDIT} FROM lineage_edit AS d WHERE d.of_source_id = ${standsFor('$2::uuid')} AND d.of_target_id = ${standsFor('$3::uuid')}
         AND d.action = $1 AND d.reason = $4 AND d.author = $5 AND d.expires_at IS NOT DISTINCT FROM $7::timestamptz
         AND d.valid @> $6::timestamptz ORDER BY d.id LIMIT 1`,
      [edit.action, edit.sourceId, edit.targetId, edit.reason, edit.author, edit.createdAt, edit.expiresAt],
    );
    return row;
  }

  /** How many edits hold, of the edge and by the author, and whether events, or somebody by hand, say the edge at any instant. */
  async around({ sourceId, targetId, author, createdAt }: NewEdit): Promise<{
    ofEdge: number;
    byAuthor: number;
    isSaid: boolean;
  }> {
    const [row] = await this.database.query<{ ofEdge: number; byAuthor: number; isSaid: boolean }>(
      `WITH edge AS (SELECT ${standsFor('$1::uuid')} AS source_id, ${standsFor('$2::uuid')} AS target_id),
         edits AS (SELECT d.action FROM lineage_edit AS d JOIN edge ON d.of_source_id = edge.source_id AND d.of_target_id = edge.target_id
           WHERE d.valid @> $4::timestamptz)
       SELECT (SELECT count(*)::int FROM edits) AS "ofEdge",
         (SELECT count(*)::int FROM lineage_edit WHERE author = $3 AND valid @> $4::timestamptz) AS "byAuthor",
         EXISTS (SELECT FROM edits WHERE action = 'add') OR EXISTS (
           SELECT FROM lineage_edge AS e JOIN edge USING (source_id, target_id) WHERE e.valid <> '{}') AS "isSaid"`,
      [sourceId, targetId, author, createdAt],
    );
    return row!;
  }

  /** What has ended stays as it is. */
  async withdraw(id: string, at: Date, by: string, reason: string | null): Promise<void> {
    await this.database.query(
      `UPDATE lineage_edit SET withdrawn_at = greatest($2, created_at), withdrawn_by = $3, withdrawal_reason = $4,
         changed_by = pg_current_xact_id()
       WHERE id = $1 AND withdrawn_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
      [id, at, by, reason],
    );
  }

  /** The latest first. @param visible the assets that the caller may know of: of an edit both */
  list(
    filter: EditFilter,
    { plan }: VisibilityPlan,
    page: PageRequest<readonly [string]>,
  ): Promise<EditRecord[]> {
    const parameters: unknown[] = [];
    const parameter = (value: unknown) => `$${parameters.push(value)}`;
    const conditions = ['a', 'b'].map((end) => planToSql(plan, policyColumns(end), parameters));
    if (filter.assetId !== undefined) {
      const id = parameter(filter.assetId);
      conditions.push(`(d.of_source_id = ${id} OR d.of_target_id = ${id})`);
    }
    if (filter.author !== undefined) conditions.push(`d.author = ${parameter(filter.author)}`);
    if (filter.heldAt !== undefined) conditions.push(`d.valid @> ${parameter(filter.heldAt)}::timestamptz`);
    if (page.after !== undefined) conditions.push(`d.id < ${parameter(page.after[0])}::bigint`);
    return this.database.query(
      `SELECT ${EDIT} FROM lineage_edit AS d JOIN asset AS a ON a.id = d.of_source_id JOIN asset AS b ON b.id = d.of_target_id
       WHERE ${conditions.join(' AND ')} ORDER BY d.id DESC LIMIT ${parameter(page.limit)}`,
      parameters,
    );
  }

  /** Who says edges, by their place in the list. */
  async evidence(edges: readonly SeenEdge[]): Promise<Evidence[]> {
    const rows = await this.database.query<{ isTold: boolean; isManual: boolean }>(
      `SELECT EXISTS (SELECT FROM lineage_edge AS e WHERE e.source_id = p.source AND e.target_id = p.target AND e.valid @> p.at) AS "isTold",
         EXISTS (SELECT FROM lineage_edit AS d WHERE d.of_source_id = p.source AND d.of_target_id = p.target AND d.action <> 'remove'
           AND d.valid @> p.at) AS "isManual"
       FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) WITH ORDINALITY AS p (source, target, at, place) ORDER BY p.place`,
      columnsOf(edges),
    );
    return rows.map(({ isTold, isManual }) => (isTold ? (isManual ? 'both' : 'machine') : 'manual'));
  }

  /** The edits of edges that held, the latest first, by the edge's place in the list. */
  async ofEdges(edges: readonly SeenEdge[], limit: number): Promise<EditRecord[][]> {
    const found: EditRecord[][] = edges.map(() => []);
    const rows = await this.database.query<EditRecord & { place: number }>(
      `SELECT p.place::int AS place, d.* FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) WITH ORDINALITY AS p (source, target, at, place)
       CROSS JOIN LATERAL (SELECT ${EDIT} FROM lineage_edit AS d WHERE d.of_source_id = p.source AND d.of_target_id = p.target
         AND d.valid @> p.at ORDER BY d.id DESC LIMIT $4) AS d ORDER BY p.place, d.id DESC`,
      [...columnsOf(edges), limit],
    );
    for (const { place, ...edit } of rows) found[place - 1]!.push(edit);
    return found;
  }
}

function columnsOf(edges: readonly SeenEdge[]): unknown[] {
  return [
    edges.map(({ sourceId }) => sourceId),
    edges.map(({ targetId }) => targetId),
    edges.map(({ asOf }) => asOf),
  ];
}
