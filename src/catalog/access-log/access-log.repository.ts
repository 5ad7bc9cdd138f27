import { Injectable } from '@nestjs/common';
import { Database, type PageRequest, prepared } from '../../platform/index.js';
import type { ContentAccess, RecordedAccess } from './content-access.js';

/** Which accesses are wanted; absent parts ask for all. */
export interface AccessFilter {
  readonly path?: string;
  readonly subject?: string;
  readonly since?: Date;
}

/** A row as SQL gives it. */
interface AccessRow extends Omit<RecordedAccess, 'range' | 'commitId' | 'requestId'> {
  readonly commitId: string | null;
  readonly requestId: string | null;
  readonly rangeStart: string | null;
  readonly rangeEnd: string | null;
}

@Injectable()
export class AccessLogRepository {
  constructor(private readonly database: Database) {}

  /** One statement for all of them. */
  async insert(accesses: readonly (ContentAccess & { readonly requestId?: string })[]): Promise<void> {
    const rows = accesses.map(({ range, ...access }) => ({ ...access, ...range }));
    await this.database.query(
      prepared(`INSERT INTO content_access (repository_id, subject, door, action, commit_id, is_staged, revision, path, range_start, range_end, request_id)
       SELECT "repositoryId", subject, door, action, "commitId", "isStaged", revision, path, "start", "end", "requestId"
       FROM jsonb_to_recordset($1::jsonb) AS a("repositoryId" uuid, subject text, door text, action text, "commitId" text,
         "isStaged" boolean, revision text, path text, "start" bigint, "end" bigint, "requestId" text)`),
      [JSON.stringify(rows)],
    );
  }

  /** Newest first. */
  async list(
    repositoryId: string,
    { path, subject, since }: AccessFilter,
    page: PageRequest<readonly [string]>,
  ): Promise<RecordedAccess[]> {
    const rows = await this.database.query<AccessRow>(
      `SELECT id, at, subject, door, action, commit_id AS "commitId", is_staged AS "isStaged", revision, path,
              range_start AS "rangeStart", range_end AS "rangeEnd", request_id AS "requestId"
       FROM content_access
       WHERE repository_id = $1 AND ($2::text IS NULL OR path = $2) AND ($3::text IS NULL OR subject = $3)
         AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::bigint IS NULL OR id < $5)
       ORDER BY id DESC LIMIT $6`,
      [repositoryId, path ?? null, subject ?? null, since ?? null, page.after?.[0] ?? null, page.limit],
    );
    return rows.map(({ rangeStart, rangeEnd, commitId, requestId, ...row }) => ({
      ...row,
      ...(commitId !== null && { commitId }),
      ...(requestId !== null && { requestId }),
      ...(rangeStart !== null && { range: { start: Number(rangeStart), end: Number(rangeEnd) } }),
    }));
  }

  /**
   * Ids of the commits, two at most, at which content was read between two instants, both included.
   * @param key `REVISION/PATH` as it was asked for; what lies below it counts too
   */
  async commitsRead(repositoryId: string, key: string, from: Date, to: Date): Promise<string[]> {
    const rows = await this.database.query<{ commitId: string }>(
      `SELECT DISTINCT commit_id AS "commitId" FROM content_access
       WHERE repository_id = $1 AND at >= $3 AND at <= $4 AND action = 'read' AND NOT is_staged AND commit_id IS NOT NULL
         AND (revision || '/' || path = $2 OR starts_with(revision || '/' || path, $2 || '/')) LIMIT 2`,
      [repositoryId, key, from, to],
    );
    return rows.map(({ commitId }) => commitId);
  }

  /** Ends what is older. @returns how many rows, `limit` at most */
  async forget(days: number, limit: number): Promise<number> {
    const rows = await this.database.query(
      `DELETE FROM content_access WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM content_access WHERE at < now() - $1 * interval '1 day' LIMIT $2)) RETURNING 1`,
      [days, limit],
    );
    return rows.length;
  }
}
