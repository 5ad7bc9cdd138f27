import { Injectable } from '@nestjs/common';
import { Database, InvalidInputError, prepared } from '../../platform/index.js';
import { type Commit, commitId } from '../versions/index.js';
import { DamagedCommitError } from './errors.js';

const COLUMNS = 'id, tree, parents, author, committer, committed_at AS "committedAt", message, metadata';

/** Commits as they were written: one whose fields do not have its id's digest is an error, not a commit. */
@Injectable()
export class CommitRepository {
  constructor(private readonly database: Database) {}

  /** Writing a commit that is there already changes nothing: its id says what it is. */
  async insert(repositoryId: string, commits: readonly Commit[]): Promise<void> {
    await this.database.query(
      prepared(`INSERT INTO commit (repository_id, id, tree, parents, author, committer, committed_at, message, metadata)
       SELECT $1, id, tree, parents, author, committer, "committedAt", message, metadata
       FROM jsonb_to_recordset($2::jsonb) AS c(id text, tree text, parents text[], author text, committer text,
         "committedAt" timestamptz, message text, metadata jsonb) ON CONFLICT DO NOTHING`),
      [repositoryId, JSON.stringify(commits)],
    );
  }

  async find(repositoryId: string, id: string): Promise<Commit | undefined> {
    const [commit] = await this.database.query<Commit>(
      prepared(`SELECT ${COLUMNS} FROM commit WHERE repository_id = $1 AND id = $2 AND collected_at IS NULL`),
      [repositoryId, id],
    );
    return commit && verifiedCommit(commit);
  }

  /** Commits whose id starts with `prefix` (lower-case hex): at most two, to tell a unique one. */
  async findByPrefix(repositoryId: string, prefix: string): Promise<Commit[]> {
    const commits = await this.database.query<Commit>(
      `SELECT ${COLUMNS} FROM commit WHERE repository_id = $1 AND id LIKE $2 || '%' AND collected_at IS NULL ORDER BY id LIMIT 2`,
      [repositoryId, prefix],
    );
    return commits.map(verifiedCommit);
  }

  /** The garbage collection that collected a commit; undefined for one that is there, or never was. */
  async collectedBy(repositoryId: string, id: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ collectedBy: string }>(
      'SELECT collected_by AS "collectedBy" FROM commit WHERE repository_id = $1 AND id = $2 AND collected_at IS NOT NULL',
      [repositoryId, id],
    );
    return row?.collectedBy;
  }

  /** A commit and its first parents, newest first. */
  async firstParents(repositoryId: string, id: string, limit: number): Promise<Commit[]> {
    const commits = await this.database.query<Commit>(
      `WITH RECURSIVE line AS (
         SELECT c.*, 1 AS step FROM commit AS c WHERE repository_id = $1 AND id = $2
         UNION ALL
         SELECT c.*, step + 1 FROM line JOIN commit AS c ON c.repository_id = $1 AND c.id = line.parents[1] WHERE step < $3
       ) SELECT ${COLUMNS} FROM line ORDER BY step`,
      [repositoryId, id, limit],
    );
    return commits.map(verifiedCommit);
  }
}

/** A commit as it was read, if it is what its id says. @throws {DamagedCommitError} */
export function verifiedCommit(commit: Commit): Commit {
  if (digestOf(commit) !== commit.id) throw new DamagedCommitError(commit.id);
  return commit;
}

/** Damage may also have made fields that no commit can have. */
function digestOf(commit: Commit): string | undefined {
  try {
    return commitId(commit);
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}
