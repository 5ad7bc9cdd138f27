import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { Database, InvalidInputError, validate } from '../../platform/index.js';
import { AssetService } from '../assets/asset.service.js';
import { CommitCollectedError } from '../gc/garbage-collection.js';
import { BranchMovedError, type Ref } from '../refs/ref.js';
import { RefRepository } from '../refs/ref.repository.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { EMPTY_TREE } from '../trees/index.js';
import type { Commit } from '../versions/index.js';
import { BranchService } from './branch.service.js';
import { COMMIT_MESSAGE } from './commit.service.js';
import { type Combination, Combiner, MERGE_STRATEGY, type MergeReport } from './combiner.js';
import { RevisionService } from './revision.service.js';

const PICK = z.object({
  repository: z.string().max(100),
  branch: z.string().max(300),
  revision: z.string().max(400),
  /** Of a merge commit, which parent its changes are counted from: 1 is the branch it was merged into. */
  mainline: z.int().min(1).max(16).optional(),
  message: COMMIT_MESSAGE.optional(),
  strategy: MERGE_STRATEGY.default('none'),
});

const RESET = z.object({
  repository: z.string().max(100),
  branch: z.string().max(300),
  revision: z.string().max(400),
  expectedHead: z.string().optional(),
});

/** A commit, and the tree that its changes are counted from. */
interface Pick {
  readonly picked: Commit;
  readonly parentTree: Commit['tree'];
}

/** Takes changes of commits back, or over to another branch; and puts branches elsewhere. */
@Injectable()
export class PickService {
  constructor(
    private readonly database: Database,
    private readonly repositories: RepositoryService,
    private readonly branches: BranchService,
    private readonly refs: RefRepository,
    private readonly revisions: RevisionService,
    private readonly combiner: Combiner,
    private readonly assets: AssetService,
  ) {}

  /** Commits the opposite of a commit onto a branch. Needs `write`, and `merge` when it is protected. */
  revert(caller: Principal, input: z.input<typeof PICK>): Promise<MergeReport> {
    return this.land(caller, input, 'revert', ({ picked, parentTree }) => ({
      sides: { base: picked.tree, theirs: parentTree },
      content: {
        author: subjectOf(caller),
        message: `Revert "${subjectLine(picked)}"\n\nThis reverts commit ${picked.id}.`,
        metadata: { 'cairn.reverts': picked.id },
      },
    }));
  }

  /** Commits the changes of a commit onto a branch; its author stays. Needs `write`, and `merge` when it is protected. */
  cherryPick(caller: Principal, input: z.input<typeof PICK>): Promise<MergeReport> {
    return this.land(caller, input, 'cherry-pick', ({ picked, parentTree }) => ({
      sides: { base: parentTree, theirs: picked.tree },
      content: {
        ...{ author: picked.author, message: picked.message },
        metadata: { ...picked.metadata, 'cairn.picks': picked.id },
      },
    }));
  }

  /**
   * Puts a branch at another commit, which may lose commits from it: the reflog keeps them. Needs `write`, and `manage` when the
   * branch is protected.
   */
  async reset(caller: Principal, input: z.input<typeof RESET>): Promise<Ref> {
    const { repository: name, branch, revision, expectedHead } = validate(RESET, input, 'input');
    const { repository, asset } = await this.branches.open(caller, name, branch);
    const ref = await this.branches.find(repository, branch);
    if (ref.isProtected) await this.repositories.open(caller, name, 'manage', { branch });
    const target = await this.revisions.resolve(repository, revision, 'input.revision');
    const from = expectedHead ?? ref.commitId;
    const isMoved = await this.database.run(async () => {
      const collected = await this.refs.hold(repository.id, [target.id]);
      if (collected) throw new CommitCollectedError(name, collected.id, collected.collectedBy);
      if (!(await this.refs.isAt(repository.id, branch, from))) return false;
      const step = { from, to: target.id, actor: subjectOf(caller), reason: 'reset' };
      if (from !== target.id) await this.refs.advance(repository.id, branch, [step]);
      await this.assets.announce([asset.id]);
      return true;
    });
    if (!isMoved)
      throw new BranchMovedError(name, branch, from, (await this.branches.find(repository, branch)).commitId);
    return this.branches.find(repository, branch);
  }

  private async land(
    caller: Principal,
    input: z.input<typeof PICK>,
    reason: string,
    made: (pick: Pick) => {
      readonly sides: { readonly base: Commit['tree']; readonly theirs: Commit['tree'] };
      readonly content: Omit<ReturnType<Combination['commit']>, 'parents'>;
    },
  ): Promise<MergeReport> {
    const {
      repository: name,
      branch,
      revision,
      mainline,
      message,
      strategy,
    } = validate(PICK, input, 'input');
    const open = await this.branches.open(caller, name, branch);
    const { sides, content } = made(await this.pick(open.repository, revision, mainline));
    return this.combiner.land(caller, open, branch, {
      ...{ strategy, reason },
      sides: async () => sides,
      commit: (head) => ({ ...content, parents: [head.id], message: message ?? content.message }),
    });
  }

  private async pick(repository: Repository, revision: string, mainline: number | undefined): Promise<Pick> {
    const picked = await this.revisions.resolve(repository, revision, 'input.revision');
    const { parents } = picked;
    if (parents.length > 1 && mainline === undefined)
      throw new InvalidInputError(
        'input.mainline',
        `is required: ${picked.id} is a merge of ${parents.length} parents`,
      );
    if (mainline !== undefined && mainline > Math.max(parents.length, 1))
      throw new InvalidInputError(
        'input.mainline',
        `must be at most ${parents.length}, the parents of ${picked.id}`,
      );
    const parent = parents[(mainline ?? 1) - 1];
    const parentTree =
      parent === undefined ? EMPTY_TREE : (await this.revisions.get(repository, parent)).tree;
    return { picked, parentTree };
  }
}

const subjectLine = ({ message }: Commit): string => message.split('\n', 1)[0]!.slice(0, 100);
