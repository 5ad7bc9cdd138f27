import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { CheckService } from '../checks/check.service.js';
import { BranchMovedError } from '../refs/ref.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { Trees } from '../trees/index.js';
import { type Commit, type MergeConflict, type MergeOutcome, mergeTrees } from '../versions/index.js';
import { BranchService } from './branch.service.js';
import { CommitWriter } from './commit-writer.js';

const MAX_ATTEMPTS = 20;

/** Whose side a conflicting path takes: the branch's (`ours`), the other's (`theirs`), or `none` to be told of it. */
export const MERGE_STRATEGY = z.enum(['none', 'ours', 'theirs']);

/** What came of a merge. Conflicts are an outcome, not a failure: nothing has changed then. */
export type MergeReport =
  | { readonly kind: 'merged'; readonly commit: Commit; readonly isNoop: boolean }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly MergeConflict[]; readonly total: number };

/** How three trees become one commit on a branch. */
export interface Combination {
  /** What is to be combined with a head. @returns `contained` when the head has it all */
  readonly sides: (
    head: Commit,
  ) => Promise<{ readonly base: Commit['tree']; readonly theirs: Commit['tree'] } | 'contained'>;
  /** The commit that comes of it. */
  readonly commit: (head: Commit) => Pick<Commit, 'parents' | 'author' | 'message' | 'metadata'>;
  readonly strategy: z.output<typeof MERGE_STRATEGY>;
  /** For the reflog. */
  readonly reason: string;
  readonly together?: (report: MergeReport) => Promise<void>;
}

/** Lands combinations: merges, reverts and cherry-picks. */
@Injectable()
export class Combiner {
  constructor(
    private readonly branches: BranchService,
    private readonly writer: CommitWriter,
    private readonly checks: CheckService,
    private readonly trees: Trees,
  ) {}

  /** The caller has opened the branch. @throws {CheckFailedError} @throws {BranchMovedError} */
  async land(
    caller: Principal,
    open: OpenRepository,
    branch: string,
    { sides, commit: contentOf, strategy, reason, together }: Combination,
  ): Promise<MergeReport> {
    for (let attempt = 1; ; attempt++) {
      const head = await this.branches.head(open.repository, branch);
      const found = await sides(head);
      if (found === 'contained') return { kind: 'merged', commit: head, isNoop: true };
      const outcome = await this.combine(head.tree, found, strategy);
      if (outcome.kind === 'conflicts') return outcome;
      const content = {
        ...{ ...contentOf(head), tree: outcome.tree },
        ...{ committer: subjectOf(caller), committedAt: new Date() },
      };
      // A merge tells that it happened; other commits must change something.
      if (content.parents.length === 1 && outcome.tree === head.tree)
        return { kind: 'merged', commit: head, isNoop: true };
      await this.checks.assertPass(open.repository, branch, head, content);
      const commit = this.writer.seal(content);
      const report = { kind: 'merged', commit, isNoop: false } as const;
      const isLanded = await this.branches.land(open, {
        ...{ branch, from: head.id, commits: [commit], actor: subjectOf(caller), reason },
        ...(together && { together: () => together(report) }),
      });
      if (isLanded) return report;
      if (attempt === MAX_ATTEMPTS)
        throw new BranchMovedError(open.repository.name, branch, head.id, undefined);
    }
  }

  private combine(
    ours: Commit['tree'],
    sides: { readonly base: Commit['tree']; readonly theirs: Commit['tree'] },
    strategy: Combination['strategy'],
  ): Promise<MergeOutcome> {
    return mergeTrees(this.trees, strategy === 'none' ? { ours, ...sides } : { ours, ...sides, strategy });
  }
}
