import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  AlreadyExistsError,
  CONFIG,
  type Config,
  Database,
  isUniqueViolation,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { type Action, Policy, UNCLASSIFIED } from '../../policy/index.js';
import {
  OBJECT_STORE,
  type ObjectBody,
  type ObjectStore,
  parseSha256,
  type StoredObject,
} from '../../storage/index.js';
import { type Asset, MANAGED_IDENTITY_NAMESPACE } from '../assets/asset.js';
import { AssetService, resourceOf } from '../assets/asset.service.js';
import { CommitWriter } from '../commits/commit-writer.js';
import { CommitCollectedError } from '../gc/garbage-collection.js';
import { RefRepository } from '../refs/ref.repository.js';
import { DEFAULT_BRANCH, type Repository } from './repository.js';
import { type HeldObject, RepositoryRepository } from './repository.repository.js';

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9][a-z0-9_-]*(?:\/[a-z0-9][a-z0-9_-]*){0,7}$/;

/** A namespace as requests name it, e.g. `research/penguins`. */
export const NAMESPACE_INPUT = z
  .string()
  .max(200)
  .regex(NAMESPACE, 'must be 1–8 segments of lower-case letters, digits, "_" or "-", joined by "/"');

const CREATE = z.object({
  name: z
    .string()
    .regex(
      NAME,
      'must be 1–63 lower-case letters, digits, ".", "_" or "-", with a letter or digit at both ends',
    ),
  kind: z.enum(['dataset', 'model']),
  namespace: NAMESPACE_INPUT,
  description: z.string().max(10_000).optional(),
});

/** A repository with the asset it stands for, as authorized for an action. */
export interface OpenRepository {
  readonly repository: Repository;
  readonly asset: Asset;
}

/** Repositories: made, found and opened under policy. A repository governs as the dataset or model it holds. */
@Injectable()
export class RepositoryService {
  constructor(
    private readonly database: Database,
    private readonly repositories: RepositoryRepository,
    private readonly refs: RefRepository,
    private readonly assets: AssetService,
    private readonly commits: CommitWriter,
    private readonly policy: Policy,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Makes a repository with its default branch at an empty first commit. Needs `write` on the new asset. */
  async create(caller: Principal, input: z.input<typeof CREATE>): Promise<Repository> {
    const { name, kind, namespace, description } = validate(CREATE, input, 'input');
    await this.policy.authorize(caller, 'write', { namespace, kind, name, tags: [UNCLASSIFIED] });
    const subject = subjectOf(caller);
    const id = randomUUID();
    const first = this.commits.first(subject, new Date());
    try {
      await this.database.run(async () => {
        const asset = {
          space: 'data',
          identityNamespace: MANAGED_IDENTITY_NAMESPACE,
          identityName: name,
        } as const;
        const assetId = await this.assets.manage(
          { ...asset, kind, namespace },
          { description, owners: [subject] },
        );
        await this.repositories.insert({ id, name, kind, assetId, createdBy: subject });
        await this.commits.insert(id, [first]);
        await this.assets.changed(caller, 'repository.created', { kind, namespace, identityName: name });
        await this.refs.create(id, 'branch', DEFAULT_BRANCH, first.id, {
          actor: subject,
          reason: 'create repository',
        });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new AlreadyExistsError('Repository', name);
      throw error;
    }
    return (await this.repositories.findByName(name))!;
  }

  /**
   * Opens a repository for an action.
   * @throws {NotFoundError} also when the caller may not know of it
   * @throws {AccessDeniedError} naming the rule
   */
  async open(
    caller: Principal,
    name: string,
    action: Action,
    context?: Readonly<Record<string, unknown>>,
  ): Promise<OpenRepository> {
    const found = await this.repositories.findWithAsset(name);
    if (!found || !(await this.assets.isVisible(caller, found.asset)))
      throw new NotFoundError('Repository', name);
    await this.policy.authorize(caller, action, resourceOf(found.asset), context);
    return found;
  }

  /** Like {@link open}, by id. */
  async openById(caller: Principal, id: string, action: Action): Promise<OpenRepository> {
    return this.authorize(caller, await this.repositories.findById(id), id, action);
  }

  /**
   * Makes a repository disappear, with all that is in it; {@link undelete} brings it back until its content is collected as garbage.
   * Its name stays taken. Needs `manage`.
   */
  async delete(caller: Principal, name: string): Promise<Repository> {
    const { repository, asset } = await this.open(caller, name, 'manage');
    await this.database.run(async () => {
      if (!(await this.repositories.setDeleted(repository.id, true))) return;
      await this.assets.changed(caller, 'repository.deleted', asset);
      await this.assets.announce([asset.id]);
    });
    return repository;
  }

  /** Brings a deleted repository back as it was. Needs `manage`. */
  async undelete(caller: Principal, name: string): Promise<Repository> {
    const deleted = await this.repositories.findDeleted(name);
    const { repository, asset } = await this.authorize(caller, deleted, name, 'manage');
    await this.database.run(async () => {
      const collected = await this.refs.collectedHead(repository.id);
      if (collected) throw new CommitCollectedError(name, collected.id, collected.collectedBy);
      if (!(await this.repositories.setDeleted(repository.id, false))) return;
      await this.assets.changed(caller, 'repository.undeleted', asset);
      await this.assets.announce([asset.id]);
    });
    return (await this.repositories.findByName(name)) ?? repository;
  }

  private async authorize(
    caller: Principal,
    repository: Repository | undefined,
    name: string,
    action: Action,
  ): Promise<OpenRepository> {
    if (!repository) throw new NotFoundError('Repository', name);
    const asset = (await this.assets.getVisible(caller, [repository.assetId])).get(repository.assetId);
    if (!asset) throw new NotFoundError('Repository', name);
    await this.policy.authorize(caller, action, resourceOf(asset));
    return { repository, asset };
  }

  /** The repository of an asset that the caller was shown; undefined for assets that Cairn does not version. */
  ofAsset(assetId: string): Promise<Repository | undefined> {
    return this.repositories.findByAsset(assetId);
  }

  /** What is known of those objects that were uploaded to the repository, or imported into it, by digest. */
  heldObjects(repository: Repository, digests: readonly string[]): Promise<Map<string, HeldObject>> {
    return this.repositories.heldObjects(repository.id, digests);
  }

  /** By name. @param isDeleted those that were deleted and can be had back, instead of the others */
  async list(caller: Principal, args: PageArgs, isDeleted = false): Promise<Page<Repository>> {
    const request = pageRequest<readonly [string]>(args, 1);
    const visible = await this.policy.plan(caller, 'list');
    const rows = await this.repositories.list(visible.plan, request, isDeleted);
    return pageOf(rows, request, ({ name }) => [name]);
  }

  /** Notes that the bytes of a stored object were handed to a repository, so that it may be committed there. The caller has been authorized. */
  async hold(caller: Principal, repository: Repository, object: StoredObject): Promise<void> {
    await this.repositories.addObject(repository.id, object.sha256, object.sizeBytes, subjectOf(caller));
  }

  /**
   * Takes the bytes of an object for later commits. Needs `write`. Uploading the same bytes again changes nothing.
   * @param expectedSha256 lower-case hex; a body with another digest is refused
   */
  async upload(
    caller: Principal,
    name: string,
    body: ObjectBody,
    expectedSha256?: string,
  ): Promise<StoredObject> {
    const { repository } = await this.open(caller, name, 'write');
    const object = await this.objects.put(body, {
      maxBytes: this.config.CAIRN_MAX_OBJECT_BYTES,
      sha256: expectedSha256 === undefined ? undefined : parseSha256(expectedSha256, 'x-cairn-sha256'),
    });
    await this.hold(caller, repository, object);
    return object;
  }
}
