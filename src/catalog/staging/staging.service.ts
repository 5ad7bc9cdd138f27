import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  Database,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { CHANGES, ChangeReader } from '../commits/changes.js';
import { RevisionService } from '../commits/revision.service.js';
import { OperationService } from '../operations/operation.service.js';
import { BranchMovedError } from '../refs/ref.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryService } from '../repositories/repository.service.js';
import {
  comparePaths,
  entriesEqual,
  type TreeChange,
  type TreeEdit,
  type TreeEntry,
  Trees,
} from '../trees/index.js';
import { commitKey } from './commit-key.js';
import { PreconditionFailedError, StagingBusyError } from './staged-change.js';
import { StagingLanes } from './staging-lanes.js';
import { StagingRepository } from './staging.repository.js';

const STAGE = z.object({ repository: z.string().max(100), branch: z.string().max(300), changes: CHANGES });
const DISCARD = z.object({
  repository: z.string().max(100),
  branch: z.string().max(300),
  paths: z.array(z.string().max(1024)).min(1).max(10_000).optional(),
});

/** Looks at a branch that others move at the same time. */
const MAX_ATTEMPTS = 20;

/** What a path must be for a write to happen: not there (`ifNoneMatch: '*'`), or those bytes. */
export interface StagingCondition {
  readonly path: string;
  readonly ifNoneMatch?: '*';
  /** `*`: whatever it is, it is there. */
  readonly ifMatch?: string;
}

/** A staged change as a diff shows it, with who made it. */
export interface StagedDifference extends TreeChange {
  readonly stagedBy: string;
  readonly stagedAt: Date;
}

/** Changes of a branch on their way to a commit: kept in the database, seen through the branch's name, shared by all its writers. */
@Injectable()
export class StagingService {
  constructor(
    private readonly database: Database,
    private readonly repositories: RepositoryService,
    private readonly revisions: RevisionService,
    private readonly changes: ChangeReader,
    private readonly staging: StagingRepository,
    private readonly lanes: StagingLanes,
    private readonly operations: OperationService,
    private readonly trees: Trees,
  ) {}

  /**
   * Stages changes of paths, all or none; of several for one path the last counts. Needs `write`.
   * @param condition what one path must be, staged changes included, for any of it to happen
   * @param options.hasFolders whether paths may be those of empty folders, which end in `/`: who lists with folders sees them until the next
   * commit, which has none; default false
   * @returns the edits as they were stored
   * @throws {BranchMovedError} it moved again and again while the condition was looked at
   * @throws {PreconditionFailedError} @throws {ObjectNotUploadedError} @throws {InvalidInputError} @throws {NotFoundError}
   */
  async stage(
    caller: Principal,
    input: z.input<typeof STAGE>,
    condition?: StagingCondition,
    options: { readonly hasFolders?: boolean } = {},
  ): Promise<readonly TreeEdit[]> {
    const { repository: name, branch, changes } = validate(STAGE, input, 'input');
    const { repository } = await this.repositories.open(caller, name, 'write', { branch });
    const edits = await this.changes.toEdits(repository, changes, options);
    const stagedBy = subjectOf(caller);
    if (condition !== undefined) await this.stageIf(repository, branch, edits, stagedBy, condition);
    else if (!(await this.lanes.write(repository.id, branch, edits, stagedBy)))
      throw new NotFoundError('Branch', `${name}@${branch}`);
    return edits;
  }

  /** What is staged and differs from the head, by path. Needs `read`. */
  async status(
    caller: Principal,
    name: string,
    branch: string,
    args: PageArgs,
  ): Promise<Page<StagedDifference>> {
    const request = pageRequest<readonly [string]>(args, 1);
    const { repository } = await this.repositories.open(caller, name, 'read');
    const found = await this.staging.headAndAreas(repository.id, branch);
    if (found === undefined) throw new NotFoundError('Branch', `${name}@${branch}`);
    const { tree } = await this.revisions.get(repository, found.headId);
    const differences: StagedDifference[] = [];
    let after = request.after?.[0];
    while (differences.length < request.limit) {
      const page = await this.staging.page(found.areas, { after, limit: request.limit });
      const before = await this.trees.getMany(
        tree,
        page.map(({ path }) => path),
      );
      page.forEach(({ path, entry, ...by }, i) => {
        if (!entriesEqual(before[i], entry))
          differences.push({
            path,
            ...(before[i] && { before: before[i] }),
            ...(entry && { after: entry }),
            ...by,
          });
      });
      if (page.length < request.limit) break;
      after = page.at(-1)!.path;
    }
    return pageOf(differences.slice(0, request.limit), request, ({ path }) => [path]);
  }

  /**
   * Forgets what is staged, of some paths or of all. Needs `write`.
   * @returns how many paths
   * @throws {StagingBusyError} while a commit of it is under way
   */
  async discard(caller: Principal, input: z.input<typeof DISCARD>): Promise<number> {
    const { repository: name, branch, paths } = validate(DISCARD, input, 'input');
    const { repository } = await this.repositories.open(caller, name, 'write', { branch });
    return this.database.run(async () => {
      const area = await this.staging.openArea(repository.id, branch);
      if (area === undefined) throw new NotFoundError('Branch', `${name}@${branch}`);
      if (await this.operations.isBusy(commitKey(repository.id, branch)))
        throw new StagingBusyError(name, branch);
      const areas = await this.staging.areas(repository.id, branch);
      if (paths !== undefined) return this.staging.discard(areas, [...paths].sort(comparePaths));
      const count = await this.staging.count(areas);
      await this.staging.close(areas);
      return count;
    });
  }

  private async stageIf(
    repository: Repository,
    branch: string,
    edits: readonly TreeEdit[],
    stagedBy: string,
    condition: StagingCondition,
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const { headId, entry } = await this.committed(repository, branch, condition.path);
      const isDone = await this.database.run(async () => {
        const area = await this.staging.openArea(repository.id, branch, true);
        if (area === undefined) throw new NotFoundError('Branch', `${repository.name}@${branch}`);
        // The head moved since it was looked at: look again.
        if (headId !== area.headId) return false;
        await this.assertMet(repository, branch, condition, entry);
        await this.staging.write(
          area.id,
          edits.map((edit) => ({ ...edit, stagedBy })),
        );
        return true;
      });
      if (isDone) return;
      if (attempt === MAX_ATTEMPTS) throw new BranchMovedError(repository.name, branch, headId, undefined);
    }
  }

  private async committed(
    repository: Repository,
    branch: string,
    path: string,
  ): Promise<{ readonly headId: string; readonly entry: TreeEntry | undefined }> {
    const found = await this.staging.headAndAreas(repository.id, branch);
    if (found === undefined) throw new NotFoundError('Branch', `${repository.name}@${branch}`);
    const { tree } = await this.revisions.get(repository, found.headId);
    return { headId: found.headId, entry: await this.trees.get(tree, path) };
  }

  /** In a transaction that holds the branch and, alone, its open area. */
  private async assertMet(
    repository: Repository,
    branch: string,
    { path, ifMatch, ifNoneMatch }: StagingCondition,
    committed: TreeEntry | undefined,
  ): Promise<void> {
    const staged = await this.staging.find(await this.staging.areas(repository.id, branch), path);
    const entry = staged === undefined ? committed : staged.entry;
    const found = entry?.sha256 ?? 'absent';
    if (ifNoneMatch !== undefined && entry !== undefined)
      throw new PreconditionFailedError(path, 'absent', found);
    if (ifMatch !== undefined && (entry === undefined || (ifMatch !== '*' && entry.sha256 !== ifMatch)))
      throw new PreconditionFailedError(path, ifMatch === '*' ? 'present' : ifMatch, found);
  }
}
