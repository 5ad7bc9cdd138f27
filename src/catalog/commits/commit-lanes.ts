import { Injectable } from '@nestjs/common';
import { CheckService } from '../checks/check.service.js';
import { BranchMovedError } from '../refs/ref.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { type TreeEdit, Trees, type TreesDraft } from '../trees/index.js';
import type { Commit } from '../versions/index.js';
import { BranchService } from './branch.service.js';
import { CommitWriter } from './commit-writer.js';
import { NothingToCommitError } from './errors.js';
import { commitsPerLanding } from './metrics.js';

/** A commit that waits for its turn on a branch. */
export interface CommitRequest {
  readonly open: OpenRepository;
  readonly branch: string;
  readonly edits: readonly TreeEdit[];
  readonly author: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Refuse when the branch is elsewhere. */
  readonly expectedHead?: string;
}

interface Waiting {
  readonly request: CommitRequest;
  readonly resolve: (commit: Commit) => void;
  readonly reject: (error: unknown) => void;
}

/** A group of commits on its way to a branch. */
interface Group {
  readonly size: number;
  /** Named, each on the one before; undefined when that was not possible on what the branch seemed to be. */
  readonly sealed: Promise<SealedGroup | undefined>;
  /** Where the branch is after it; undefined when that is not known. Never rejects. */
  readonly landed: Promise<Commit | undefined>;
}

/** Commits whose trees are drafts: to be stored, then landed. */
interface SealedGroup {
  readonly onto: Commit;
  readonly draft: TreesDraft;
  readonly landing: readonly { readonly waiting: Waiting; readonly commit: Commit }[];
  readonly refused: readonly { readonly waiting: Waiting; readonly error: unknown }[];
}

/** The commits of one branch. */
interface Lane {
  waiting: Waiting[];
  /** Groups that have not landed. */
  underWay: number;
  isGathering: boolean;
  gathered?: { readonly size: number; readonly resolve: () => void } | undefined;
  /** The group that was set on its way last. */
  last?: Group;
}

/** Groups of one branch that are on their way at the same time: one lands while the next is stored. */
const MAX_UNDER_WAY = 2;
/** Attempts to land on a branch that other processes move at the same time. */
const MAX_ATTEMPTS = 20;
/** Commits that land together: bounds what the last of them waits for. */
const MAX_GROUP = 128;

/**
 * One lane a branch: what arrives while a group lands becomes the next group, and lands as one move of the branch. Each request is a
 * commit of its own; one that is refused does not hold up the others. A group is named and stored while the one before it lands; should
 * that one land otherwise than it was named, the group is made again on what the branch is then.
 */
@Injectable()
export class CommitLanes {
  private readonly lanes = new Map<string, Lane>();

  constructor(
    private readonly branches: BranchService,
    private readonly writer: CommitWriter,
    private readonly checks: CheckService,
    private readonly trees: Trees,
  ) {}

  /** Resolves when the commit is on its branch. @throws {BranchMovedError} @throws {NothingToCommitError} @throws {CheckFailedError} */
  commit(request: CommitRequest): Promise<Commit> {
    const key = `${request.open.repository.id} ${request.branch}`;
    const lane = this.lanes.get(key) ?? { waiting: [], underWay: 0, isGathering: false };
    this.lanes.set(key, lane);
    return new Promise((resolve, reject) => {
      lane.waiting.push({ request, resolve, reject });
      if (lane.gathered && lane.waiting.length >= lane.gathered.size) lane.gathered.resolve();
      void this.advance(key, lane);
    });
  }

  /** Sets the next group on its way, when there is one and few are before it. */
  private async advance(key: string, lane: Lane): Promise<void> {
    if (lane.isGathering || lane.underWay === MAX_UNDER_WAY) return;
    if (lane.waiting.length === 0) {
      if (lane.underWay === 0) this.lanes.delete(key);
      return;
    }
    lane.isGathering = true;
    // What arrives in the same turn of the event loop, or until the group before is named, joins the group.
    await Promise.all([lane.last?.sealed, new Promise((resolve) => setImmediate(resolve))]);
    if (lane.underWay > 0) await this.gather(lane);
    lane.isGathering = false;
    lane.underWay += 1;
    const group = this.start(lane.waiting.splice(0, MAX_GROUP), lane.underWay > 1 ? lane.last : undefined);
    lane.last = group;
    void this.advance(key, lane);
    await group.landed;
    lane.underWay -= 1;
    void this.advance(key, lane);
  }

  /** Waits until as many are there as the group before has, or that one has landed: a group costs much more than one more in it. */
  private async gather(lane: Lane): Promise<void> {
    const { size, landed } = lane.last!;
    if (lane.waiting.length >= size) return;
    await Promise.race([landed, new Promise<void>((resolve) => (lane.gathered = { size, resolve }))]);
    lane.gathered = undefined;
  }

  private start(waiting: Waiting[], before: Group | undefined): Group {
    const sealed = this.sealAhead(waiting, before).catch(() => undefined);
    return { size: waiting.length, sealed, landed: this.storeAndLand(waiting, sealed, before) };
  }

  /** Names a group on the one before it. Nobody is refused because of where the branch only may be: then it is made again. */
  private async sealAhead(waiting: Waiting[], before: Group | undefined): Promise<SealedGroup | undefined> {
    const under = await before?.sealed;
    const { open, branch } = waiting[0]!.request;
    if (before !== undefined && under === undefined) return undefined;
    const onto = under?.landing.at(-1)?.commit ?? (await this.branches.head(open.repository, branch));
    const sealed = await this.sealGroup(waiting, onto, under?.draft);
    return sealed.refused.length > 0 ? undefined : sealed;
  }

  private async storeAndLand(
    waiting: Waiting[],
    sealing: Promise<SealedGroup | undefined>,
    before: Group | undefined,
  ): Promise<Commit | undefined> {
    try {
      const sealed = await sealing;
      await sealed?.draft.store();
      const at = await before?.landed;
      const isInPlace = before === undefined || at?.id === sealed?.onto.id;
      if (sealed !== undefined && isInPlace && (await this.land(sealed)))
        return sealed.landing.at(-1)!.commit;
      return await this.landAlone(waiting);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      return undefined;
    }
  }

  /** Makes a group on where the branch is, and lands it there. @returns where the branch is then */
  private async landAlone(waiting: Waiting[]): Promise<Commit> {
    const { open, branch } = waiting[0]!.request;
    for (let attempt = 1; ; attempt++) {
      const head = await this.branches.head(open.repository, branch);
      const sealed = await this.sealGroup(waiting, head);
      await sealed.draft.store();
      if (await this.land(sealed)) return sealed.landing.at(-1)?.commit ?? head;
      if (attempt === MAX_ATTEMPTS)
        throw new BranchMovedError(open.repository.name, branch, head.id, undefined);
    }
  }

  /** @returns false when the branch was not where the group was made; nobody has been told anything then */
  private async land({ onto, landing, refused }: SealedGroup): Promise<boolean> {
    if (landing.length > 0) {
      const { open, branch } = landing[0]!.waiting.request;
      const commits = landing.map(({ commit }) => commit);
      if (!(await this.branches.land(open, { branch, from: onto.id, commits, reason: 'commit' })))
        return false;
      commitsPerLanding.observe(commits.length);
    }
    for (const { waiting, commit } of landing) waiting.resolve(commit);
    for (const { waiting, error } of refused) waiting.reject(error);
    return true;
  }

  private async sealGroup(
    group: readonly Waiting[],
    onto: Commit,
    before?: TreesDraft,
  ): Promise<SealedGroup> {
    const draft = this.trees.draft(before);
    const landing: { waiting: Waiting; commit: Commit }[] = [];
    const refused: { waiting: Waiting; error: unknown }[] = [];
    for (const waiting of group) {
      await this.seal(draft.trees, waiting.request, landing.at(-1)?.commit ?? onto).then(
        (commit) => landing.push({ waiting, commit }),
        (error: unknown) => refused.push({ waiting, error }),
      );
    }
    return { onto, draft, landing, refused };
  }

  private async seal(trees: Trees, request: CommitRequest, onto: Commit): Promise<Commit> {
    const { open, branch, edits, author, message, metadata, expectedHead } = request;
    const { repository } = open;
    if (expectedHead !== undefined && onto.id !== expectedHead)
      throw new BranchMovedError(repository.name, branch, expectedHead, onto.id);
    const tree = await trees.apply(onto.tree, edits);
    if (tree === onto.tree) throw new NothingToCommitError(repository.name, branch);
    const content = {
      ...{ tree, parents: [onto.id], author, committer: author },
      ...{ committedAt: new Date(), message, metadata },
    };
    await this.checks.assertPass(repository, branch, onto, content, trees);
    return this.writer.seal(content);
  }
}
