import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  AlreadyExistsError,
  Database,
  NotFoundError,
  numberedPageRequest,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { AssetService } from '../assets/asset.service.js';
import { RevisionService } from '../commits/revision.service.js';
import { CommitCollectedError } from '../gc/garbage-collection.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { StagingRepository } from '../staging/staging.repository.js';
import { parseRefName } from '../versions/index.js';
import { BranchKeptError, BranchMovedError, type Ref, type RefType } from './ref.js';
import { type ReflogEntry, RefRepository } from './ref.repository.js';

const NAMED = z.object({ repository: z.string().max(100), name: z.string().max(300) });
const CREATE = NAMED.extend({ revision: z.string().max(400) });
const PROTECT = NAMED.extend({ isProtected: z.boolean() });

/** Branches and tags. A tag never moves. */
@Injectable()
export class RefService {
  constructor(
    private readonly database: Database,
    private readonly repositories: RepositoryService,
    private readonly refs: RefRepository,
    private readonly revisions: RevisionService,
    private readonly staging: StagingRepository,
    private readonly assets: AssetService,
  ) {}

  /** Needs `write`. @param input.revision where the ref starts @throws {AlreadyExistsError} */
  async create(caller: Principal, type: RefType, input: z.input<typeof CREATE>): Promise<Ref> {
    const { repository: name, name: refName, revision } = validate(CREATE, input, 'input');
    parseRefName(refName, 'input.name');
    const { repository } = await this.repositories.open(caller, name, 'write', { branch: refName });
    const commit = await this.revisions.resolve(
      repository,
      revision,
      type === 'branch' ? 'input.from' : 'input.revision',
    );
    const move = { actor: subjectOf(caller), reason: `create ${type}` };
    const isNew = await this.database.run(async () => {
      const collected = await this.refs.hold(repository.id, [commit.id]);
      if (collected) throw new CommitCollectedError(name, collected.id, collected.collectedBy);
      return this.refs.create(repository.id, type, refName, commit.id, move);
    });
    if (!isNew) throw new AlreadyExistsError(type === 'branch' ? 'Branch' : 'Tag', `${name}@${refName}`);
    return (await this.refs.find(repository.id, type, refName))!;
  }

  /** Needs `manage`. Moves of a protected branch need `merge` beside `write`. */
  async protect(caller: Principal, input: z.input<typeof PROTECT>): Promise<Ref> {
    const { repository: name, name: branch, isProtected } = validate(PROTECT, input, 'input');
    const { repository, asset } = await this.repositories.open(caller, name, 'manage', { branch });
    await this.find(repository, branch);
    await this.database.run(async () => {
      await this.refs.protect(repository.id, branch, isProtected);
      await this.assets.changed(caller, 'branch.protected', asset, { ref: branch, isProtected });
    });
    return this.find(repository, branch);
  }

  /** Needs `write`. The default branch and protected ones stay. Its commits stay too, what is staged on it goes. */
  async deleteBranch(caller: Principal, input: z.input<typeof NAMED>): Promise<Ref> {
    const { repository: name, name: branch } = validate(NAMED, input, 'input');
    const { repository } = await this.repositories.open(caller, name, 'write', { branch });
    const ref = await this.find(repository, branch);
    if (branch === repository.defaultBranch) throw new BranchKeptError(branch, 'the default branch');
    if (ref.isProtected) throw new BranchKeptError(branch, 'protected');
    const move = { actor: subjectOf(caller), reason: 'delete branch' };
    const isGone = await this.database.run(async () => {
      await this.staging.closeBranch(repository.id, branch);
      return this.refs.deleteBranch(repository.id, branch, ref.commitId, move);
    });
    if (!isGone) throw new BranchMovedError(name, branch, ref.commitId, undefined);
    return ref;
  }

  /** Where a ref was and is, newest first; also of one that is gone. The caller was shown the repository. */
  async reflog(
    repository: Repository,
    type: RefType,
    name: string,
    args: PageArgs,
  ): Promise<Page<ReflogEntry>> {
    const request = numberedPageRequest(args);
    return pageOf(await this.refs.reflog(repository.id, type, name, request), request, ({ id }) => [id]);
  }

  /** The ref with the longest of some names; a branch before a tag. The caller has been authorized. */
  longest(repository: Repository, names: readonly string[]): Promise<Ref | undefined> {
    return this.refs.findLongest(repository.id, names);
  }

  /**
   * Names of branches and tags as folders, `main/`, in the order of their bytes. The caller has been authorized.
   * @param page.after only folders behind this text
   */
  folders(
    repository: Repository,
    page: { readonly prefix: string; readonly after: string; readonly limit: number },
  ): Promise<string[]> {
    return this.refs.folders(repository.id, page);
  }

  /** By name. */
  async list(repository: Repository, type: RefType, args: PageArgs): Promise<Page<Ref>> {
    const request = pageRequest<readonly [string]>(args, 1);
    return pageOf(await this.refs.list(repository.id, type, request), request, (ref) => [ref.name]);
  }

  private async find(repository: Repository, branch: string): Promise<Ref> {
    const ref = await this.refs.find(repository.id, 'branch', branch);
    if (!ref) throw new NotFoundError('Branch', `${repository.name}@${branch}`);
    return ref;
  }
}
