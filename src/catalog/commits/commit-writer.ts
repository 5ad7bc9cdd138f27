import { Injectable } from '@nestjs/common';
import { EMPTY_TREE } from '../trees/index.js';
import { type Commit, commitId } from '../versions/index.js';
import { CommitRepository } from './commit.repository.js';

/** Everything of a commit but its id, which follows from the rest. */
export type CommitContent = Omit<Commit, 'id'>;

/** Names commits and writes their rows. */
@Injectable()
export class CommitWriter {
  constructor(private readonly commits: CommitRepository) {}

  /** A commit with its id. */
  seal(content: CommitContent): Commit {
    return { ...content, id: commitId(content) };
  }

  /** The commit that every repository starts from: nothing in it. */
  first(author: string, committedAt: Date): Commit {
    return this.seal({
      tree: EMPTY_TREE,
      parents: [],
      author,
      committer: author,
      committedAt,
      message: 'Create repository',
      metadata: {},
    });
  }

  /** In the transaction under way. */
  insert(repositoryId: string, commits: readonly Commit[]): Promise<void> {
    return this.commits.insert(repositoryId, commits);
  }
}
