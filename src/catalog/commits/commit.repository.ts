import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { Commit } from '../versions/index.js';

const COLUMNS = 'id, tree, parents, author, committer, committed_at AS "committedAt", message, metadata';

@Injectable()
export class CommitRepository {
  constructor(private readonly database: Database) {}

  /** Writing a commit that is there already changes nothing: its id says what it is. */
  async insert(
    repositoryId: string,
    { id, tree, parents, author, committer, committedAt, message, metadata }: Commit,
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO commit (repository_id, id, tree, parents, author, committer, committed_at, message, metadata)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
      [repositoryId, id, tree, parents, author, committer, committedAt, message, metadata],
    );
  }

  async find(repositoryId: string, id: string): Promise<Commit | undefined> {
    const [commit] = await this.database.query<Commit>(
      `SELECT ${COLUMNS} FROM commit WHERE repository_id = $1 AND id = $2`,
      [repositoryId, id],
    );
    return commit;
  }

  /** Commits whose id starts with `prefix` (lower-case hex): at most two, to tell a unique one. */
  async findByPrefix(repositoryId: string, prefix: string): Promise<Commit[]> {
    return this.database.query<Commit>(
      `SELECT ${COLUMNS} FROM commit WHERE repository_id = $1 AND id LIKE $2 || '%' ORDER BY id LIMIT 2`,
      [repositoryId, prefix],
    );
  }
}
