import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';

/** What this database knows of Elasticsearch's indices. */
export interface GenerationState {
  /** Of the last building that ended; null before the first. */
  readonly generation: string | null;
  /** Versions of the last batch that was told, and of the one that may be under way. */
  readonly told: number;
  readonly telling: number;
  /** A request to build anew that was not met yet. */
  readonly due: string | null;
}

/**
 * By which indices are known to be those that this database filled last, and to lack nothing but what is pending: Elasticsearch and
 * PostgreSQL may each be restored to an earlier time. Changes are noted in `search_pending` from the first building on.
 */
@Injectable()
export class GenerationRepository {
  constructor(private readonly database: Database) {}

  async find(): Promise<GenerationState | undefined> {
    const [row] = await this.database.query<GenerationState>(
      'SELECT generation, told::float8 AS told, telling::float8 AS telling, due FROM search_generation',
    );
    return row;
  }

  /** Changes are noted from now on. Before the documents of a building are read. */
  async begin(): Promise<void> {
    await this.database.query('INSERT INTO search_generation DEFAULT VALUES ON CONFLICT DO NOTHING');
  }

  /**
   * A building ended: what was noted before it began is known.
   * @param version drawn before its documents were read
   * @param met the request that it met, if any
   */
  async finish(generation: string, version: number, met: string | null): Promise<void> {
    await this.database.run(async () => {
      await this.database.query(
        `UPDATE search_generation SET generation = $1, told = $2, telling = $2, due = CASE WHEN due = $3 THEN NULL ELSE due END`,
        [generation, version, met],
      );
      await this.database.query(
        `DELETE FROM search_pending WHERE asset_id IN
           (SELECT asset_id FROM search_pending WHERE version < $1 ORDER BY asset_id FOR UPDATE) AND version < $1`,
        [version],
      );
    });
  }

  /** A batch is about to be told. @returns whether the generation is still this one */
  async telling(generation: string, version: number): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE search_generation SET telling = greatest(telling, $2) WHERE generation = $1 RETURNING 1 AS one',
      [generation, version],
    );
    return rows.length > 0;
  }

  /** A batch was told: the mark of this version is in the indices. */
  async told(generation: string, version: number): Promise<void> {
    await this.database.query(
      'UPDATE search_generation SET told = $2 WHERE generation = $1 AND told < $2 AND telling >= $2',
      [generation, version],
    );
  }

  /** Asks for a building. @returns the request */
  async request(): Promise<string> {
    const due = randomUUID();
    await this.database.query(
      `INSERT INTO search_generation (due) VALUES ($1) ON CONFLICT (is_only) DO UPDATE SET due = excluded.due`,
      [due],
    );
    return due;
  }

  /** Asks for a building, if there ever was one. */
  async requestIfBuilt(): Promise<void> {
    await this.database.query('UPDATE search_generation SET due = $1', [randomUUID()]);
  }
}
