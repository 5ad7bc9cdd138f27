import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable, Optional } from '@nestjs/common';
import {
  DataSource,
  EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  QueryFailedError,
  type Repository,
} from 'typeorm';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { DomainError } from '../errors/domain-error.js';
import { copiedRows } from './copied-rows.js';
import { DedicatedConnection } from './dedicated-connection.js';
import { databaseError, DatabaseUnavailableError } from './errors.js';
import { HealthChecks } from '../health/health-checks.js';

/** Something that leaves the database was called while a transaction held its locks. A fault of the program. */
export class InsideTransactionError extends DomainError {
  readonly kind = 'conflict';
  constructor(what: string) {
    super(`${what} was called inside a database transaction; call it before or after.`, { what });
  }
}

interface Ambient {
  readonly manager: EntityManager;
  readonly afterCommit: (() => void)[];
}

const ambient = new AsyncLocalStorage<Ambient>();

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const MAX_ATTEMPTS = 4;

/**
 * The database with ambient transactions: services open one by {@link run}, repositories below them query through
 * {@link query} and {@link repository} and take part without being handed anything.
 */
@Injectable()
export class Database {
  constructor(
    private readonly dataSource: DataSource,
    @Optional() health?: HealthChecks,
  ) {
    health?.register('database', async () => {
      const [row] = await this.query<{ version: string }>(
        "SELECT current_setting('server_version') AS version",
      );
      return { isReady: true, report: { postgresql: row!.version } };
    });
  }

  /**
   * Runs `work` in a transaction, or joins the one under way. A deadlock or serialization failure is tried again, up to four
   * times in all, so `work` must not touch anything but the database.
   * @throws {DatabaseUnavailableError} the database is away
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (ambient.getStore()) return work();
    for (let attempt = 1; ; attempt++) {
      const afterCommit: (() => void)[] = [];
      try {
        const result = await this.dataSource.transaction((manager) =>
          ambient.run({ manager, afterCommit }, work),
        );
        for (const call of afterCommit) call();
        return result;
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isTransient(error)) throw databaseError(error);
      }
    }
  }

  /** Calls `call` once the transaction under way has committed; at once outside of one. Not called after a rollback. */
  afterCommit(call: () => void): void {
    const transaction = ambient.getStore();
    if (transaction) transaction.afterCommit.push(call);
    else call();
  }

  /**
   * SQL with `$1 …` parameters in the transaction under way, or on a connection of the pool. Rows as objects. Within a transaction
   * statements may be given without waiting for those before (`Promise.all`): they are carried out in the order in which they were given,
   * and sent together.
   * @throws {DatabaseUnavailableError} the database is away
   */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    try {
      return rowsOf<Row>(await this.manager.query(sql, [...parameters]));
    } catch (error) {
      throw databaseError(error);
    }
  }

  /**
   * The rows of a query in batches as they come, on a connection of its own, for tables too long to be held. Give up early by
   * ending the loop.
   * @param select a query without parameters: nothing from outside may be in it but numbers
   * @returns each row the texts of its columns; `undefined` for NULL
   * @throws {DatabaseUnavailableError} the database is away
   */
  copy(select: string): AsyncGenerator<(string | undefined)[][]> {
    return copiedRows(this.copyBytes(select));
  }

  /** {@link copy} as the bytes that PostgreSQL sends: its text format, cut anywhere. */
  async *copyBytes(select: string): AsyncGenerator<Buffer> {
    const runner = this.dataSource.createQueryRunner();
    let client: Client | undefined;
    try {
      client = (await runner.connect()) as Client;
      yield* client.query(copyTo(`COPY (${select}) TO STDOUT`)) as AsyncIterable<Buffer>;
      client = undefined;
    } catch (error) {
      throw databaseError(error);
    } finally {
      // A connection in the middle of a copy is of no use any more; the pool drops one that has ended.
      await client?.end();
      await runner.release();
    }
  }

  /** SQL on a connection of its own, whatever transaction is under way: for what must stay when that one is rolled back. */
  async detached(sql: string, parameters: readonly unknown[] = []): Promise<void> {
    await this.dataSource.query(sql, [...parameters]).catch((error: unknown) => {
      throw databaseError(error);
    });
  }

  /** A connection beside the pool. @param name shown in `pg_stat_activity` */
  dedicated(name: string): DedicatedConnection {
    return new DedicatedConnection((this.dataSource.options as { url: string }).url, name);
  }

  /** The TypeORM repository of an entity, in the transaction under way. */
  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.manager.getRepository(entity);
  }

  private get manager(): EntityManager {
    return ambient.getStore()?.manager ?? this.dataSource.manager;
  }
}

/**
 * Refuses to go on inside a transaction. Called by whatever leaves the database: object store, search engine, cluster.
 * @throws {InsideTransactionError}
 */
export function assertOutsideTransaction(what: string): void {
  if (ambient.getStore()) throw new InsideTransactionError(what);
}

/** Whether a transaction is under way here. */
export function isInTransaction(): boolean {
  return ambient.getStore() !== undefined;
}

/** Whether the error is PostgreSQL's for a broken unique constraint (of that name, if given). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const cause = error.driverError as { code?: string; constraint?: string };
  return cause.code === '23505' && (constraint === undefined || cause.constraint === constraint);
}

/** TypeORM hands back rows for SELECT and `[rows, count]` for UPDATE and DELETE. */
function rowsOf<Row>(result: unknown): Row[] {
  if (!Array.isArray(result)) return [];
  return result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number'
    ? (result[0] as Row[])
    : (result as Row[]);
}

function isTransient(error: unknown): boolean {
  const failure = error instanceof DatabaseUnavailableError ? error.cause : error;
  if (!(failure instanceof QueryFailedError)) return false;
  const { code } = failure.driverError as { code?: string };
  return code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED;
}
