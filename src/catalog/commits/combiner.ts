import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { CheckService } from '../checks/check.service.js';
import { ContentMerger } from '../merging/content-merger.js';
import { BranchMovedError } from '../refs/ref.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { resourceOf } from '../assets/asset.service.js';
import { Policy } from '../../policy/index.js';
import { Trees } from '../trees/index.js';
import { type Commit, type MergeConflict, mergeTrees } from '../versions/index.js';
import { BranchService } from './branch.service.js';
import { CommitWriter } from './commit-writer.js';

const MAX_ATTEMPTS = 20;

/** Whose side a conflicting path takes: the branch's (`ours`), the other's (`theirs`), or `none` to be told of it. */
export const MERGE_STRATEGY = z.enum(['none', 'ours', 'theirs']);

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
    private readonly content: ContentMerger,
    private readonly trees: Trees,
    private readonly policy: Policy,
  ) {}

  /** The caller has opened the branch. @throws {CheckFailedError} @throws {BranchMovedError} */
  async land(
    caller: Principal,
    open: OpenRepository,
    branch: string,
    { sides, commit: contentOf, strategy, reason, together }: Combination,
  ): Promise<MergeReport> {
    const mergeContent = await this.content.resolverFor(open.repository, subjectOf(caller));
    for (let attempt = 1; ; attempt++) {
      const head = await this.branches.head(open.repository, branch);
      const found = await sides(head);
      if (found === 'contained') return { kind: 'merged', commit: head, isNoop: true };
      const outcome = await mergeTrees(this.trees, {
        ...{ ours: head.tree, ...found, mergeContent },
        ...(strategy !== 'none' && { strategy }),
      });
      if (outcome.kind === 'conflicts') return this.tellable(caller, open, outcome);
      const { metadata, ...rest } = contentOf(head);
      const content = {
        ...{ ...rest, tree: outcome.tree, metadata: { ...metadata, ...metadataOf(outcome.content) } },
        ...{ committer: subjectOf(caller), committedAt: new Date() },
      };
      // A merge tells that it happened; other commits must change something.
      if (content.parents.length === 1 && outcome.tree === head.tree)
        return { kind: 'merged', commit: head, isNoop: true };
      await this.checks.assertPass(open.repository, branch, head, content);
      const commit = this.writer.seal(content);
      const report = { kind: 'merged', commit, isNoop: false, content: outcome.content } as const;
      const isLanded = await this.branches.land(open, {
        ...{ branch, from: head.id, commits: [commit], actor: subjectOf(caller), reason },
        ...(together && { together: () => together(report) }),
      });
      if (isLanded) return report;
      if (attempt === MAX_ATTEMPTS)
        throw new BranchMovedError(open.repository.name, branch, head.id, undefined);
    }
  }

  /** Rows, digests and sizes only for who may read the content as it is; where they lie, for who may write. */
  private tellable(
    caller: Principal,
    { asset }: OpenRepository,
    outcome: Extract<MergeReport, { kind: 'conflicts' }>,
  ): MergeReport {
    if (this.policy.decide(caller, 'read', resourceOf(asset)).allowed) return outcome;
    const conflicts = outcome.conflicts.map(({ path, kind, rowCount }) => ({
      ...{ path, kind },
      ...(rowCount !== undefined && { rowCount }),
    }));
    return { ...outcome, conflicts };
  }
}

/** Kept with the commit, so that its reader can tell which content no side had as it is. */
function metadataOf(
  content: { readonly files: number; readonly rows: number } | undefined,
): Record<string, string> {
  if (content === undefined) return {};
  return { 'merge.files': String(content.files), 'merge.rows': String(content.rows) };
}
