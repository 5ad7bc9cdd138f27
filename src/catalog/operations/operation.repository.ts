import { Injectable } from '@nestjs/common';
import { Database, jsonText, type PageRequest } from '../../platform/index.js';
import type { Operation, OperationKind, OperationProblem, OperationProgress } from './operation.js';

const COLUMNS = `id, kind, repository_id AS "repositoryId", input, state, progress, result, problem, requested_by AS "requestedBy", scope,
  cancel_requested_at AS "cancelRequestedAt", epoch, attempts, created_at AS "createdAt", started_at AS "startedAt", finished_at AS "finishedAt"`;

/** An operation as it is written. */
export interface NewOperation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly repositoryId?: string;
  /** Operations of one key run one after the other, in the order of their start. */
  readonly serialKey?: string;
  readonly input: object;
  readonly requestedBy: string;
  readonly scope: Operation['scope'];
}

@Injectable()
export class OperationRepository {
  constructor(private readonly database: Database) {}

  async insert(operation: NewOperation): Promise<Operation> {
    const { id, kind, repositoryId, serialKey, input, requestedBy, scope } = operation;
    const [row] = await this.database.query<Operation>(
      `INSERT INTO operation (id, kind, repository_id, serial_key, input, requested_by, scope)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       RETURNING ${COLUMNS}`,
      [id, kind, repositoryId ?? null, serialKey ?? null, JSON.stringify(input), requestedBy, scope],
    );
    return row!;
  }

  async find(id: string): Promise<Operation | undefined> {
    const [row] = await this.database.query<Operation>(`SELECT ${COLUMNS} FROM operation WHERE id = $1`, [
      id,
    ]);
    return row;
  }

  /** Newest first. */
  list(
    repositoryId: string | null,
    page: PageRequest<readonly [number]>,
  ): Promise<(Operation & { seq: number })[]> {
    return this.database.query(
      `SELECT ${COLUMNS}, seq::float8 AS seq FROM operation
       WHERE repository_id IS NOT DISTINCT FROM $1 AND ($2::float8 IS NULL OR seq < $2) ORDER BY seq DESC LIMIT $3`,
      [repositoryId, page.after?.[0] ?? null, page.limit],
    );
  }

  /** Whether one of the key is not final. */
  async isBusy(serialKey: string): Promise<boolean> {
    const rows = await this.database.query(
      "SELECT 1 FROM operation WHERE serial_key = $1 AND state IN ('queued', 'running') LIMIT 1",
      [serialKey],
    );
    return rows.length > 0;
  }

  /**
   * Takes up the oldest that nobody works at and that no older one of its key holds back.
   * @param kinds those this process can do
   */
  async claim(kinds: readonly string[], aliveMs: number): Promise<Operation | undefined> {
    const [row] = await this.database.query<Operation>(
      `UPDATE operation SET state = 'running', epoch = epoch + 1, attempts = attempts + 1, alive_until = now() + $2 * interval '1 millisecond',
         started_at = coalesce(started_at, now())
       WHERE id = (SELECT id FROM operation AS o
         WHERE (state = 'queued' OR state = 'running' AND alive_until < now()) AND kind = ANY($1)
           AND NOT EXISTS (SELECT 1 FROM operation AS e WHERE e.serial_key = o.serial_key AND e.seq < o.seq AND e.state IN ('queued', 'running'))
         ORDER BY seq LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING ${COLUMNS}`,
      [kinds, aliveMs],
    );
    return row;
  }

  /** @returns undefined when another process has it now; else whether it is to be cancelled */
  async keepAlive(
    { id, epoch }: Pick<Operation, 'id' | 'epoch'>,
    progress: OperationProgress,
    aliveMs: number,
  ): Promise<{ readonly isCancelled: boolean } | undefined> {
    const [row] = await this.database.query<{ isCancelled: boolean }>(
      `UPDATE operation SET alive_until = now() + $4 * interval '1 millisecond', progress = $3
       WHERE id = $1 AND epoch = $2 AND state = 'running' RETURNING cancel_requested_at IS NOT NULL AS "isCancelled"`,
      [id, epoch, JSON.stringify(progress), aliveMs],
    );
    return row;
  }

  /** Gives it back to be taken up by another process at once. */
  async release({ id, epoch }: Pick<Operation, 'id' | 'epoch'>): Promise<void> {
    await this.database.query(
      "UPDATE operation SET alive_until = '-infinity', attempts = attempts - 1 WHERE id = $1 AND epoch = $2 AND state = 'running'",
      [id, epoch],
    );
  }

  /** In the transaction that makes its outcome true. @returns false when another process has it, or it is to be cancelled */
  async succeed(
    { id, epoch }: Pick<Operation, 'id' | 'epoch'>,
    progress: OperationProgress,
    result: object,
  ): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE operation SET state = 'succeeded', progress = $3, result = $4, finished_at = now()
       WHERE id = $1 AND epoch = $2 AND state = 'running' AND cancel_requested_at IS NULL RETURNING 1`,
      [id, epoch, JSON.stringify(progress), jsonText(result)],
    );
    return rows.length > 0;
  }

  async fail(
    { id, epoch }: Pick<Operation, 'id' | 'epoch'>,
    state: 'failed' | 'cancelled',
    problem: OperationProblem | undefined,
  ): Promise<void> {
    await this.database.query(
      `UPDATE operation SET state = $3, problem = $4, finished_at = now() WHERE id = $1 AND epoch = $2 AND state = 'running'`,
      [id, epoch, state, problem === undefined ? null : jsonText(problem)],
    );
  }

  /** One that is still queued ends at once. */
  async requestCancel(id: string): Promise<Operation | undefined> {
    const [row] = await this.database.query<Operation>(
      `UPDATE operation SET cancel_requested_at = coalesce(cancel_requested_at, now()),
         state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END,
         finished_at = CASE WHEN state = 'queued' THEN now() END
       WHERE id = $1 AND state IN ('queued', 'running') RETURNING ${COLUMNS}`,
      [id],
    );
    return row;
  }

  /** Removes final ones of before `days` ago. */
  async sweep(days: number): Promise<void> {
    await this.database.query(`DELETE FROM operation WHERE finished_at < now() - $1 * interval '1 day'`, [
      days,
    ]);
  }
}
