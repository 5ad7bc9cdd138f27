import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import type { Ref, RefType } from './ref.js';

const COLUMNS =
  'type, name, commit_id AS "commitId", is_protected AS "isProtected", updated_at AS "updatedAt"';

/** Who moved a ref, and by which operation, for the reflog. */
export interface RefMove {
  readonly actor: string;
  readonly reason: string;
}

@Injectable()
export class RefRepository {
  constructor(private readonly database: Database) {}

  async find(repositoryId: string, type: RefType, name: string): Promise<Ref | undefined> {
    const [ref] = await this.database.query<Ref>(
      `SELECT ${COLUMNS} FROM ref WHERE repository_id = $1 AND type = $2 AND name = $3`,
      [repositoryId, type, name],
    );
    return ref;
  }

  list(repositoryId: string, type: RefType, page: PageRequest<readonly [string]>): Promise<Ref[]> {
    return this.database.query<Ref>(
      `SELECT ${COLUMNS} FROM ref WHERE repository_id = $1 AND type = $2 AND name > $3 ORDER BY name LIMIT $4`,
      [repositoryId, type, page.after?.[0] ?? '', page.limit],
    );
  }

  /** @returns false when the name is taken */
  async create(
    repositoryId: string,
    type: RefType,
    name: string,
    commitId: string,
    move: RefMove,
  ): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO ref (repository_id, type, name, commit_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1`,
      [repositoryId, type, name, commitId],
    );
    if (rows.length > 0) await this.log(repositoryId, type, name, undefined, commitId, move);
    return rows.length > 0;
  }

  /** Compare-and-swap of a branch. @returns false when it was not at `from` */
  async move(
    repositoryId: string,
    branch: string,
    from: string,
    to: string,
    move: RefMove,
  ): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE ref SET commit_id = $4, updated_at = now()
       WHERE repository_id = $1 AND type = 'branch' AND name = $2 AND commit_id = $3 RETURNING 1`,
      [repositoryId, branch, from, to],
    );
    if (rows.length > 0) await this.log(repositoryId, 'branch', branch, from, to, move);
    return rows.length > 0;
  }

  async protect(repositoryId: string, branch: string, isProtected: boolean): Promise<void> {
    await this.database.query(
      `UPDATE ref SET is_protected = $3 WHERE repository_id = $1 AND type = 'branch' AND name = $2`,
      [repositoryId, branch, isProtected],
    );
  }

  /** @returns false when the branch was not at `from` */
  async deleteBranch(repositoryId: string, branch: string, from: string, move: RefMove): Promise<boolean> {
    const rows = await this.database.query(
      `DELETE FROM ref WHERE repository_id = $1 AND type = 'branch' AND name = $2 AND commit_id = $3 RETURNING 1`,
      [repositoryId, branch, from],
    );
    if (rows.length > 0) await this.log(repositoryId, 'branch', branch, from, undefined, move);
    return rows.length > 0;
  }

  private async log(
    repositoryId: string,
    type: RefType,
    name: string,
    from: string | undefined,
    to: string | undefined,
    { actor, reason }: RefMove,
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO reflog (repository_id, type, name, from_commit, to_commit, actor, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [repositoryId, type, name, from ?? null, to ?? null, actor, reason],
    );
  }
}
