import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import { BranchMovedError } from '../refs/ref.js';
import { ContentMerger } from '../merging/content-merger.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import type { Repository } from '../repositories/repository.js';
import { EMPTY_TREE, Trees } from '../trees/index.js';
import {
  type Commit,
  type ContentResolver,
  mergeBase,
  type MergeConflict,
  mergeTrees,
} from '../versions/index.js';
import { COMMIT_MESSAGE, CommitService } from './commit.service.js';
import { CommitWriter } from './commit-writer.js';
import { RevisionService } from './revision.service.js';

const MAX_ATTEMPTS = 20;

const MERGE = z.object({
  repository: z.string().max(100),
  source: z.string().max(400),
  target: z.string().max(300),
  message: COMMIT_MESSAGE.optional(),
  strategy: z.enum(['none', 'ours', 'theirs']).default('none'),
});

/** What came of a merge. Conflicts are an outcome, not a failure: nothing has changed then. */
export type MergeReport =
  | {
      readonly kind: 'merged';
      readonly commit: Commit;
      readonly isNoop: boolean;
      /** What was merged within files, row by row. */
      readonly content?: { readonly files: number; readonly rows: number };
    }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly MergeConflict[]; readonly total: number };

/** Three-way merges by path. */
@Injectable()
export class MergeService {
  constructor(
    private readonly commits: CommitService,
    private readonly writer: CommitWriter,
    private readonly revisions: RevisionService,
    private readonly trees: Trees,
    private readonly content: ContentMerger,
  ) {}

  /**
   * Merges a revision into a branch. A merge commit is always made, so that the log tells of the merge, unless the target holds
   * the source already. Needs `write` on the target, and `merge` when it is protected.
   * @param input.strategy whose side a conflicting path takes: the target's (`ours`), the source's (`theirs`), or `none` to be told
   */
  async merge(caller: Principal, input: z.input<typeof MERGE>): Promise<MergeReport> {
    const { repository: name, source, target, message, strategy } = validate(MERGE, input, 'input');
    const open = await this.commits.openBranch(caller, name, target);
    const theirs = await this.revisions.resolve(open.repository, source, 'input.source');
    const subject = subjectOf(caller);
    const mergeContent = await this.content.resolverFor(open.repository, subject);
    for (let attempt = 1; ; attempt++) {
      const ours = await this.revisions.get(
        open.repository,
        (await this.commits.branch(open.repository, target)).commitId,
      );
      const outcome = await this.combine(open.repository, ours, theirs, strategy, mergeContent);
      if (outcome.kind === 'conflicts') return outcome;
      if (outcome.kind === 'contained') return { kind: 'merged', commit: ours, isNoop: true };
      const commit = this.writer.seal({
        ...{ tree: outcome.tree, parents: [ours.id, theirs.id], author: subject, committer: subject },
        ...{ committedAt: new Date(), message: message ?? `Merge ${source} into ${target}` },
        metadata: metadataOf(outcome.content),
      });
      if (await this.land(open, target, ours, commit, subject))
        return { kind: 'merged', commit, isNoop: false, content: outcome.content };
      if (attempt === MAX_ATTEMPTS) throw new BranchMovedError(name, target, ours.id, undefined);
    }
  }

  private land(
    open: OpenRepository,
    target: string,
    ours: Commit,
    commit: Commit,
    subject: string,
  ): Promise<boolean> {
    return this.commits.land(open, target, ours.id, commit, subject, 'merge');
  }

  private async combine(
    repository: Repository,
    ours: Commit,
    theirs: Commit,
    strategy: 'none' | 'ours' | 'theirs',
    mergeContent: ContentResolver,
  ) {
    const parentsOf = async (id: string) => (await this.revisions.get(repository, id)).parents;
    const baseId = await mergeBase(ours.id, theirs.id, parentsOf);
    if (baseId === theirs.id) return { kind: 'contained' } as const;
    const base = baseId === undefined ? EMPTY_TREE : (await this.revisions.get(repository, baseId)).tree;
    const sides = { base, ours: ours.tree, theirs: theirs.tree, mergeContent };
    return mergeTrees(this.trees, strategy === 'none' ? sides : { ...sides, strategy });
  }
}

/** Kept with the commit, so that its reader can tell which content no side had as it is. */
function metadataOf(
  content: { readonly files: number; readonly rows: number } | undefined,
): Record<string, string> {
  if (content === undefined) return {};
  return { 'merge.files': String(content.files), 'merge.rows': String(content.rows) };
}
