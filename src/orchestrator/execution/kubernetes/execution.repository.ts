import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { Database, jsonText } from '../../../platform/index.js';
import type { Observation } from '../execution-driver.js';

/** An execution as far as Cairn itself knows it. */
export interface Execution {
  readonly id: string;
  readonly mounts: readonly string[];
  /** SHA-256 of the staging credentials of all attempts to start; of the Job's alone once that is known. */
  readonly tokens: readonly string[];
  readonly jobUid: string | null;
  /** The pod that staged; no other one may. */
  readonly podUid: string | null;
  readonly stopRequestedAt: Date | null;
  readonly outputs: 'open' | 'sealed' | 'refused';
  readonly refusal: { readonly path: string; readonly reason: string } | null;
  /** How it ended, once that was seen. */
  readonly ending: Extract<Observation, { kind: 'exited' | 'gone' }> | null;
  readonly kept: 'all' | 'log' | 'nothing';
}

/** A file that is to be found by a command. `mount` is null for the working directory. */
export interface StagedFile {
  readonly position: number;
  readonly mount: string | null;
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A file that a command left. */
export interface LeftFile {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

const EXECUTION = `id, mounts, tokens, job_uid AS "jobUid", pod_uid AS "podUid", stop_requested_at AS "stopRequestedAt", outputs, refusal,
  ending, kept`;
const IS_UNDER_WAY = `job_uid IS NOT NULL AND ending IS NULL AND kept = 'all'`;
const ROWS_AT_ONCE = 5_000;

/** All SQL of executions as Jobs. */
@Injectable()
export class ExecutionRepository {
  constructor(private readonly database: Database) {}

  async find(id: string): Promise<Execution | undefined> {
    const [row] = await this.database.query<Execution>(
      `SELECT ${EXECUTION} FROM kubernetes_execution WHERE id = $1`,
      [id],
    );
    return row;
  }

  /** Notes what is to be laid out for an execution that no attempt to start was made of; another one is left as it is. */
  async prepare(id: string, mounts: readonly string[], files: readonly StagedFile[]): Promise<void> {
    await this.database.run(async () => {
      const [row] = await this.database.query(
        `INSERT INTO kubernetes_execution AS e (id, mounts) VALUES ($1, $2)
         ON CONFLICT (id) DO UPDATE SET mounts = excluded.mounts, prepared_at = now()
         WHERE e.job_uid IS NULL AND e.ending IS NULL AND e.kept = 'all' RETURNING 1`,
        [id, mounts],
      );
      if (row === undefined) return;
      await this.database.query('DELETE FROM kubernetes_execution_file WHERE execution_id = $1', [id]);
      for (let from = 0; from < files.length; from += ROWS_AT_ONCE) {
        await this.database.query(
          `INSERT INTO kubernetes_execution_file (execution_id, position, mount, path, sha256, size_bytes)
           SELECT $1, f.position, f.mount, f.path, f.sha256, f."sizeBytes"
           FROM jsonb_to_recordset($2::jsonb) AS f (position integer, mount text, path text, sha256 text, "sizeBytes" bigint)`,
          [id, JSON.stringify(files.slice(from, from + ROWS_AT_ONCE))],
        );
      }
    });
  }

  /** Notes an attempt to start, before it is made. @returns false for one that was started before, is over, or was not prepared */
  async attempt(id: string, tokenSha256: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE kubernetes_execution SET tokens = array_append(tokens, $2)
       WHERE id = $1 AND job_uid IS NULL AND ending IS NULL AND kept = 'all' RETURNING 1`,
      [id, tokenSha256],
    );
    return rows.length > 0;
  }

  /** Takes a Job for the one of an execution, if there is none yet; from then on no credential but its own counts. */
  async bind(id: string, jobUid: string, tokenSha256: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE kubernetes_execution SET job_uid = $2, tokens = ARRAY[$3]
       WHERE id = $1 AND job_uid IS NULL AND ending IS NULL AND kept = 'all' AND $3 = ANY(tokens) RETURNING 1`,
      [id, jobUid, tokenSha256],
    );
    return rows.length > 0;
  }

  /** Lets a pod stage, if none was let in yet. @returns whether it is the one */
  async admit(id: string, podUid: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE kubernetes_execution SET pod_uid = $2
       WHERE id = $1 AND ${IS_UNDER_WAY} AND (pod_uid IS NULL OR pod_uid = $2) RETURNING 1`,
      [id, podUid],
    );
    return rows.length > 0;
  }

  async requestStop(id: string): Promise<Date | undefined> {
    const [row] = await this.database.query<{ at: Date }>(
      `UPDATE kubernetes_execution SET stop_requested_at = coalesce(stop_requested_at, now())
       WHERE id = $1 AND ending IS NULL AND kept = 'all' RETURNING stop_requested_at AS at`,
      [id],
    );
    return row?.at;
  }

  /** Writes down how an execution ended; the first word counts. From then on its staging credential is void. */
  async end(id: string, ending: NonNullable<Execution['ending']>): Promise<void> {
    await this.database.query(
      'UPDATE kubernetes_execution SET ending = $2, ended_at = now() WHERE id = $1 AND ending IS NULL',
      [id, jsonText(ending)],
    );
  }

  /** Removes what is kept beyond the log, or all. The row stays, made if need be, so that nothing is started under this id again. */
  async keep(id: string, kept: 'log' | 'nothing'): Promise<void> {
    await this.database.run(async () => {
      await this.database.query(
        `INSERT INTO kubernetes_execution AS e (id, kept) VALUES ($1, $2)
         ON CONFLICT (id) DO UPDATE SET kept = excluded.kept WHERE e.kept <> 'nothing'`,
        [id, kept],
      );
      for (const table of ['file', 'output', ...(kept === 'nothing' ? ['log'] : [])])
        await this.database.query(`DELETE FROM kubernetes_execution_${table} WHERE execution_id = $1`, [id]);
    });
  }

  files(id: string, after: number, limit: number): Promise<StagedFile[]> {
    return this.database.query(
      `SELECT position, mount, path, sha256, size_bytes::float8 AS "sizeBytes" FROM kubernetes_execution_file
       WHERE execution_id = $1 AND position > $2 ORDER BY position LIMIT $3`,
      [id, after, limit],
    );
  }

  async file(id: string, position: number): Promise<StagedFile | undefined> {
    const [file] = await this.files(id, position - 1, 1);
    return file?.position === position ? file : undefined;
  }

  /** Notes a file that arrived. @returns false when outputs are not taken any more */
  async addOutput(id: string, { path, sha256, sizeBytes }: LeftFile): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO kubernetes_execution_output (execution_id, path, sha256, size_bytes)
       SELECT $1, $2, $3, $4 WHERE EXISTS
         (SELECT 1 FROM kubernetes_execution WHERE id = $1 AND ${IS_UNDER_WAY} AND outputs = 'open' FOR SHARE)
       ON CONFLICT (execution_id, path) DO UPDATE SET sha256 = excluded.sha256, size_bytes = excluded.size_bytes RETURNING 1`,
      [id, path, sha256, sizeBytes],
    );
    return rows.length > 0;
  }

  /** Files that arrived, beside the one at a path. */
  async countOutputsBeside(id: string, path: string): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM kubernetes_execution_output WHERE execution_id = $1 AND path <> $2',
      [id, path],
    );
    return row!.n;
  }

  /** By path. */
  outputs(id: string): Promise<LeftFile[]> {
    return this.database.query(
      `SELECT path, sha256, size_bytes::float8 AS "sizeBytes" FROM kubernetes_execution_output WHERE execution_id = $1 ORDER BY path`,
      [id],
    );
  }

  /** Locks an execution for the transaction under way. */
  async lock(id: string): Promise<Execution | undefined> {
    const [row] = await this.database.query<Execution>(
      `SELECT ${EXECUTION} FROM kubernetes_execution WHERE id = $1 FOR UPDATE`,
      [id],
    );
    return row;
  }

  /** Closes the outputs of a locked execution. Files that are not named are not among them. */
  async seal(id: string, paths: readonly string[]): Promise<void> {
    await this.database.query(`UPDATE kubernetes_execution SET outputs = 'sealed' WHERE id = $1`, [id]);
    await this.database.query(
      'DELETE FROM kubernetes_execution_output WHERE execution_id = $1 AND path <> ALL($2)',
      [id, paths],
    );
  }

  async refuse(id: string, refusal: NonNullable<Execution['refusal']>): Promise<void> {
    await this.database.query(
      `UPDATE kubernetes_execution SET outputs = 'refused', refusal = $2 WHERE id = $1`,
      [id, jsonText(refusal)],
    );
  }

  /** Keeps a log; the first one counts. */
  async archive(id: string, text: string): Promise<void> {
    await this.database.query(
      'INSERT INTO kubernetes_execution_log (execution_id, gzip) VALUES ($1, $2) ON CONFLICT (execution_id) DO NOTHING',
      [id, await promisify(gzip)(text)],
    );
  }

  /** @returns undefined when none is kept */
  async archived(id: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ gzip: Buffer }>(
      'SELECT gzip FROM kubernetes_execution_log WHERE execution_id = $1',
      [id],
    );
    return row && (await promisify(gunzip)(row.gzip)).toString('utf8');
  }
}
