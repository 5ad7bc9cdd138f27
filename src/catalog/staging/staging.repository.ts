import { Injectable } from '@nestjs/common';
import { Database, prepared } from '../../platform/index.js';
import type { Sha256 } from '../../storage/index.js';
import type { StagedChange } from './staged-change.js';

/** A row as SQL gives it. */
export interface ChangeRow {
  readonly path: string;
  readonly sha256: Sha256 | null;
  readonly sizeBytes: string | null;
  readonly contentType: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly stagedBy: string;
  readonly stagedAt: Date;
}

/** The columns of {@link ChangeRow}. */
export const CHANGE_COLUMNS = `path, sha256, size_bytes AS "sizeBytes", content_type AS "contentType", metadata, staged_by AS "stagedBy", staged_at AS "stagedAt"`;
/** Trees have no empty folders: what is staged of one ends with the next commit. */
const IS_FILE = "right(path, 1) <> '/'";
const SWEEP_ROWS = 20_000;

@Injectable()
export class StagingRepository {
  constructor(private readonly database: Database) {}

  /** Areas of a branch that hold what is not committed, oldest first. */
  async areas(repositoryId: string, branch: string): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      'SELECT id FROM staging_area WHERE repository_id = $1 AND branch = $2 AND closed_at IS NULL ORDER BY id',
      [repositoryId, branch],
    );
    return rows.map(({ id }) => id);
  }

  /** A branch's head and its areas at one instant. */
  async headAndAreas(
    repositoryId: string,
    branch: string,
  ): Promise<{ readonly headId: string; readonly areas: readonly string[] } | undefined> {
    const [row] = await this.database.query<{ headId: string; areas: string[] | null }>(
      `SELECT commit_id AS "headId", (SELECT array_agg(a.id::text ORDER BY a.id) FROM staging_area AS a
         WHERE a.repository_id = r.repository_id AND a.branch = r.name AND a.closed_at IS NULL) AS areas
       FROM ref AS r WHERE repository_id = $1 AND type = 'branch' AND name = $2`,
      [repositoryId, branch],
    );
    return row && { headId: row.headId, areas: row.areas ?? [] };
  }

  /**
   * The area that takes changes now, in the transaction under way: it cannot be sealed, nor its branch be deleted or moved, before
   * that ends.
   * @param isAlone nobody else takes changes into it meanwhile
   * @returns undefined when there is no such branch
   */
  async openArea(
    repositoryId: string,
    branch: string,
    isAlone = false,
  ): Promise<{ readonly id: string; readonly headId: string } | undefined> {
    const [ref] = await this.database.query<{ headId: string }>(
      prepared(
        `SELECT commit_id AS "headId" FROM ref WHERE repository_id = $1 AND type = 'branch' AND name = $2 FOR SHARE`,
      ),
      [repositoryId, branch],
    );
    if (ref === undefined) return undefined;
    for (;;) {
      const [area] = await this.database.query<{ id: string }>(
        prepared(
          `SELECT id FROM staging_area WHERE repository_id = $1 AND branch = $2 AND sealed_at IS NULL AND closed_at IS NULL FOR ${isAlone ? 'UPDATE' : 'SHARE'}`,
        ),
        [repositoryId, branch],
      );
      if (area !== undefined) return { id: area.id, headId: ref.headId };
      await this.database.query(
        'INSERT INTO staging_area (repository_id, branch) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [repositoryId, branch],
      );
    }
  }

  /** An area that nobody sees until it is revealed, for an operation. */
  async openHidden(repositoryId: string, branch: string, operationId: string): Promise<string> {
    const [row] = await this.database.query<{ id: string }>(
      `INSERT INTO staging_area (repository_id, branch, sealed_at, closed_at, operation_id)
       VALUES ($1, $2, now(), 'infinity', $3) RETURNING id`,
      [repositoryId, branch, operationId],
    );
    return row!.id;
  }

  /** What is in a hidden area is staged from now on. */
  async reveal(areaId: string): Promise<void> {
    await this.database.query(
      "UPDATE staging_area SET closed_at = NULL WHERE id = $1 AND closed_at = 'infinity'",
      [areaId],
    );
  }

  /** Closes what an operation has hidden. */
  async closeOf(operationId: string): Promise<void> {
    await this.database.query(
      "UPDATE staging_area SET closed_at = now() WHERE operation_id = $1 AND closed_at = 'infinity'",
      [operationId],
    );
  }

  /** @param changes each path once */
  async write(areaId: string, changes: readonly Omit<StagedChange, 'stagedAt'>[]): Promise<void> {
    // In one order, so that two writers of the same paths wait for each other instead of locking each other out.
    const rows = changes
      .map(({ path, entry, stagedBy }) => ({ path, ...entry, stagedBy }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    await this.database.query(
      prepared(`INSERT INTO staged_change (area_id, path, sha256, size_bytes, content_type, metadata, staged_by)
       SELECT $1, path, sha256, "sizeBytes", "contentType", metadata, "stagedBy"
       FROM jsonb_to_recordset($2::jsonb) AS c(path text, sha256 text, "sizeBytes" bigint, "contentType" text, metadata jsonb, "stagedBy" text)
       ON CONFLICT (area_id, path) DO UPDATE SET sha256 = excluded.sha256, size_bytes = excluded.size_bytes,
         content_type = excluded.content_type, metadata = excluded.metadata, staged_by = excluded.staged_by, staged_at = now()`),
      [areaId, JSON.stringify(rows)],
    );
  }

  /** The change of one path that counts, if there is one. */
  async find(areaIds: readonly string[], path: string): Promise<StagedChange | undefined> {
    if (areaIds.length === 0) return undefined;
    const [row] = await this.database.query<ChangeRow>(
      `SELECT ${CHANGE_COLUMNS} FROM staged_change WHERE area_id = ANY($1) AND path = $2 ORDER BY area_id DESC LIMIT 1`,
      [areaIds, path],
    );
    return row && toChange(row);
  }

  /**
   * Changes that count, ascending by path, after one path and from another on.
   * @param query.hasFolders with those of empty folders, default false
   */
  async page(
    areaIds: readonly string[],
    query: {
      readonly from?: string;
      readonly after?: string;
      readonly limit: number;
      readonly hasFolders?: boolean;
    },
  ): Promise<StagedChange[]> {
    if (areaIds.length === 0) return [];
    const { from = '', after, limit, hasFolders = false } = query;
    const rows = await this.database.query<ChangeRow>(
      `SELECT DISTINCT ON (path) ${CHANGE_COLUMNS} FROM staged_change
       WHERE area_id = ANY($1) AND path >= $2 AND ($3::text IS NULL OR path > $3) ${hasFolders ? '' : `AND ${IS_FILE}`}
       ORDER BY path, area_id DESC LIMIT $4`,
      [areaIds, from, after ?? null, limit],
    );
    return rows.map(toChange);
  }

  /**
   * All changes of files that count, ascending by path, as {@link Trees.buildCopied} takes them. Not within a transaction: it may take long.
   */
  copy(areaIds: readonly string[]): AsyncGenerator<Buffer> {
    // COPY takes no parameters; these are numbers.
    const ids = areaIds.map((id) => BigInt(id).toString()).join(',');
    const columns = 'path, sha256, size_bytes, content_type, metadata';
    const [order, distinct] =
      areaIds.length === 1 ? ['path', ''] : ['path, area_id DESC', 'DISTINCT ON (path)'];
    return this.database.copyBytes(
      `SELECT ${distinct} ${columns} FROM staged_change WHERE area_id IN (${ids}) AND ${IS_FILE} ORDER BY ${order}`,
    );
  }

  async count(areaIds: readonly string[]): Promise<number> {
    const [row] = await this.database.query<{ count: string }>(
      'SELECT count(*) FROM staged_change WHERE area_id = ANY($1)',
      [areaIds],
    );
    return Number(row!.count);
  }

  /** Takes no more changes into what is staged now. Waits for writers under way. @returns the youngest area; undefined when there is none */
  async seal(repositoryId: string, branch: string): Promise<string | undefined> {
    await this.database.query(
      'UPDATE staging_area SET sealed_at = now() WHERE repository_id = $1 AND branch = $2 AND sealed_at IS NULL AND closed_at IS NULL',
      [repositoryId, branch],
    );
    return (await this.areas(repositoryId, branch)).at(-1);
  }

  /** @returns how many were closed by this call */
  async close(areaIds: readonly string[]): Promise<number> {
    const rows = await this.database.query(
      "UPDATE staging_area SET closed_at = now() WHERE id = ANY($1) AND (closed_at IS NULL OR closed_at = 'infinity') RETURNING 1",
      [areaIds],
    );
    return rows.length;
  }

  async closeBranch(repositoryId: string, branch: string): Promise<void> {
    await this.database.query(
      'UPDATE staging_area SET closed_at = now() WHERE repository_id = $1 AND branch = $2 AND closed_at IS NULL',
      [repositoryId, branch],
    );
  }

  async discard(areaIds: readonly string[], paths: readonly string[]): Promise<number> {
    const rows = await this.database.query(
      'DELETE FROM staged_change WHERE area_id = ANY($1) AND path = ANY($2) RETURNING path',
      [areaIds, paths],
    );
    return new Set((rows as { path: string }[]).map(({ path }) => path)).size;
  }

  /** Removes some rows of areas that no reader can be at any more, and areas without rows. @returns whether there is more */
  async sweep(): Promise<boolean> {
    const [area] = await this.database.query<{ id: string }>(
      "SELECT id FROM staging_area WHERE closed_at < now() - interval '10 minutes' ORDER BY id LIMIT 1",
    );
    if (area === undefined) return false;
    const rows = await this.database.query(
      `DELETE FROM staged_change WHERE area_id = $1 AND path IN
         (SELECT path FROM staged_change WHERE area_id = $1 ORDER BY path LIMIT ${SWEEP_ROWS}) RETURNING 1`,
      [area.id],
    );
    if (rows.length < SWEEP_ROWS)
      await this.database.query('DELETE FROM staging_area WHERE id = $1', [area.id]);
    return true;
  }
}

export function toChange({ path, sha256, sizeBytes, contentType, metadata, ...by }: ChangeRow): StagedChange {
  const entry =
    sha256 === null
      ? undefined
      : {
          ...{ sha256, sizeBytes: Number(sizeBytes) },
          ...(contentType !== null && { contentType }),
          ...(metadata !== null && { metadata }),
        };
  return { path, entry, ...by };
}
