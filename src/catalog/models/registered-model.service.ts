import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  AlreadyExistsError,
  Database,
  InvalidInputError,
  isUniqueViolation,
  NotFoundError,
  numberedPageRequest,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { type Action, Policy } from '../../policy/index.js';
import { AssetService } from '../assets/asset.service.js';
import { type OpenRepository, RepositoryService } from '../repositories/repository.service.js';
import type { Search } from './criteria.js';
import { DESCRIPTION, MODEL_NAME, repositoryNameFor, TAG_KEY, TAGS } from './model-names.js';
import { type ModelMove, modelNotFound, type RegisteredModel } from './registered-model.js';
import { RegisteredModelRepository } from './registered-model.repository.js';

const CREATE = z.object({
  name: MODEL_NAME,
  repository: z.string().max(100).optional(),
  namespace: z.string().max(200).optional(),
  description: DESCRIPTION.optional(),
  tags: TAGS.default({}),
});

const EDIT_TAGS = z.object({ set: TAGS.default({}), remove: z.array(TAG_KEY).max(100).default([]) });

/** A registered model with its repository, as authorized for an action. */
export interface OpenModel extends OpenRepository {
  readonly model: RegisteredModel;
}

/** Names that are tried for the repository of a new model. */
const REPOSITORY_NAMES = 6;

/** Registered models: made, found and edited under policy, as the asset of their repository. */
@Injectable()
export class RegisteredModelService {
  constructor(
    private readonly database: Database,
    private readonly models: RegisteredModelRepository,
    private readonly repositories: RepositoryService,
    private readonly assets: AssetService,
    private readonly policy: Policy,
  ) {}

  /**
   * Registers a name, over a new repository in `namespace` or over an existing one of kind model. Needs `write`. The name of a model
   * that was deleted brings it back, without its versions; their numbers are not given again.
   * @throws {AlreadyExistsError} the name, or the repository, has a registered model
   */
  async create(caller: Principal, input: z.input<typeof CREATE>): Promise<RegisteredModel> {
    const { name, repository, namespace, description, tags } = validate(CREATE, input, 'input');
    if (await this.models.find(name)) throw new AlreadyExistsError('Registered model', name);
    const deleted = await this.models.findDeleted(name);
    if (deleted) return this.revive(caller, deleted, { repository, namespace, description, tags });
    const row = { id: randomUUID(), name, tags, createdBy: subjectOf(caller) };
    if (repository !== undefined) {
      if (namespace !== undefined)
        throw new InvalidInputError(
          'input.namespace',
          'must be absent when repository is given: it stands where that stands',
        );
      const open = await this.repositories.open(caller, repository, 'write');
      if (open.repository.kind !== 'model')
        throw new InvalidInputError(
          'input.repository',
          `must hold a model; ${repository} holds a ${open.repository.kind}`,
        );
      if (description !== undefined) await this.assets.edit(caller, open.asset.id, { description });
      await this.insert({ ...row, repositoryId: open.repository.id }, repository);
      return (await this.models.find(name))!;
    }
    if (namespace === undefined)
      throw new InvalidInputError('input.namespace', 'is required unless repository is given');
    await this.insertWithRepository(caller, row, { namespace, description });
    return (await this.models.find(name))!;
  }

  /**
   * Opens a registered model for an action.
   * @throws {NotFoundError} also when the caller may not know of it @throws {AccessDeniedError} naming the rule
   */
  async open(
    caller: Principal,
    name: string,
    action: Action,
    context?: Readonly<Record<string, unknown>>,
  ): Promise<OpenModel> {
    const model = await this.models.find(validate(MODEL_NAME, name, 'name'));
    if (!model) throw modelNotFound(name);
    try {
      return { model, ...(await this.repositories.open(caller, model.repository, action, context)) };
    } catch (error) {
      // Of its repository the caller has not spoken.
      throw error instanceof NotFoundError ? modelNotFound(name) : error;
    }
  }

  /** The registered model over a repository that the caller was shown. */
  ofRepository(repositoryId: string): Promise<RegisteredModel | undefined> {
    return this.models.findByRepository(repositoryId);
  }

  /** By name; what the caller may not see is absent. */
  async list(caller: Principal, args: PageArgs): Promise<Page<RegisteredModel>> {
    const request = pageRequest<readonly [string]>(args, 1);
    const { plan } = await this.policy.plan(caller, 'list');
    return pageOf(await this.models.list(plan, request), request, ({ name }) => [name]);
  }

  /** Those that meet all criteria, in the order asked for. @throws {InvalidInputError} `filter` or `order_by` */
  async search(caller: Principal, search: Search): Promise<RegisteredModel[]> {
    const { plan } = await this.policy.plan(caller, 'list');
    return this.models.search(plan, search);
  }

  /** Moves of aliases and stages, newest first. The caller was shown the model. */
  async moves(modelId: string, args: PageArgs): Promise<Page<ModelMove>> {
    const request = numberedPageRequest(args);
    return pageOf(await this.models.moves(modelId, request), request, ({ id }) => [id]);
  }

  /** Several of the edits below, all or none. */
  async update(
    caller: Principal,
    name: string,
    edit: {
      readonly newName?: string;
      readonly description?: string | null;
      readonly tags?: z.input<typeof EDIT_TAGS>;
    },
  ): Promise<RegisteredModel> {
    return this.database.run(async () => {
      if (edit.description !== undefined) await this.describe(caller, name, edit.description);
      if (edit.tags !== undefined) await this.editTags(caller, name, edit.tags);
      if (edit.newName !== undefined) return this.rename(caller, name, edit.newName);
      return (await this.open(caller, name, 'list')).model;
    });
  }

  /** Needs `manage`: the description is that of the asset. */
  async describe(caller: Principal, name: string, description: string | null): Promise<RegisteredModel> {
    const { model, asset } = await this.open(caller, name, 'manage');
    await this.database.run(async () => {
      await this.assets.edit(caller, asset.id, {
        description: validate(DESCRIPTION.nullable(), description, 'description'),
      });
      await this.models.touch(model.id);
    });
    return this.reread(name);
  }

  /** Needs `write`. @param edit tags to set, then those to remove */
  async editTags(caller: Principal, name: string, edit: z.input<typeof EDIT_TAGS>): Promise<RegisteredModel> {
    const { set, remove } = validate(EDIT_TAGS, edit, 'input');
    const { model, asset } = await this.open(caller, name, 'write');
    await this.database.run(async () => {
      if (!(await this.models.lock(model.id))) throw modelNotFound(name);
      const { tags } = (await this.models.find(name)) ?? model;
      await this.models.setTags(model.id, editedTags(tags, set, remove));
      await this.assets.changed(caller, 'model.tags-edited', asset, { model: name, set, remove });
    });
    return this.reread(name);
  }

  /** Needs `manage`. Its repository keeps its name. @throws {AlreadyExistsError} */
  async rename(caller: Principal, name: string, newName: string): Promise<RegisteredModel> {
    const to = validate(MODEL_NAME, newName, 'newName');
    const { model, asset } = await this.open(caller, name, 'manage');
    try {
      await this.database.run(async () => {
        await this.models.rename(model.id, to);
        await this.assets.changed(caller, 'model.renamed', asset, { model: name, to });
      });
    } catch (error) {
      if (isUniqueViolation(error, 'registered_model_name'))
        throw new AlreadyExistsError('Registered model', to);
      throw error;
    }
    return this.reread(to);
  }

  /** Takes the name and all versions out of the registry. Needs `manage`. The repository and its commits stay. */
  async delete(caller: Principal, name: string): Promise<RegisteredModel> {
    const { model, asset } = await this.open(caller, name, 'manage');
    await this.database.run(async () => {
      if (!(await this.models.lock(model.id))) throw modelNotFound(name);
      await this.models.delete(model.id);
      await this.models.log(model.id, {
        ...{ kind: 'deletion', subject: name, from: null, to: null },
        actor: subjectOf(caller),
      });
      await this.assets.changed(caller, 'model.deleted', asset, { model: name });
      await this.assets.announce([asset.id]);
    });
    return model;
  }

  private async reread(name: string): Promise<RegisteredModel> {
    const model = await this.models.find(name);
    if (!model) throw modelNotFound(name);
    return model;
  }

  private async revive(
    caller: Principal,
    model: RegisteredModel,
    given: Pick<z.output<typeof CREATE>, 'repository' | 'namespace' | 'description' | 'tags'>,
  ): Promise<RegisteredModel> {
    const taken = new AlreadyExistsError('Registered model', model.name);
    const { asset } = await this.repositories
      .open(caller, model.repository, 'write')
      .catch((error: unknown) => {
        throw error instanceof NotFoundError ? taken : error;
      });
    const isElsewhere =
      (given.repository !== undefined && given.repository !== model.repository) ||
      (given.namespace !== undefined && given.namespace !== asset.namespace);
    if (isElsewhere) throw taken;
    if (given.description !== undefined)
      await this.assets.edit(caller, asset.id, { description: given.description });
    if (!(await this.models.revive(model.id, given.tags))) throw taken;
    return this.reread(model.name);
  }

  private async insertWithRepository(
    caller: Principal,
    row: Omit<Parameters<RegisteredModelRepository['insert']>[0], 'repositoryId'>,
    place: { readonly namespace: string; readonly description: string | undefined },
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const suffix =
        attempt === 1 ? '' : attempt < REPOSITORY_NAMES ? `-${attempt}` : `-${randomUUID().slice(0, 8)}`;
      const repository = repositoryNameFor(row.name, suffix);
      try {
        await this.database.run(async () => {
          const { id } = await this.repositories.create(caller, {
            name: repository,
            kind: 'model',
            ...place,
          });
          await this.insert({ ...row, repositoryId: id }, repository);
        });
        return;
      } catch (error) {
        const isRepositoryTaken = error instanceof AlreadyExistsError && error.what === 'Repository';
        if (!isRepositoryTaken || attempt === REPOSITORY_NAMES) throw error;
      }
    }
  }

  private async insert(
    row: Parameters<RegisteredModelRepository['insert']>[0],
    repository: string,
  ): Promise<void> {
    try {
      await this.models.insert(row);
    } catch (error) {
      if (isUniqueViolation(error, 'registered_model_repository'))
        throw new AlreadyExistsError('Registered model of repository', repository);
      if (isUniqueViolation(error)) throw new AlreadyExistsError('Registered model', row.name);
      throw error;
    }
  }
}

/** @throws {InvalidInputError} when there are too many then */
export function editedTags(
  tags: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>>,
  remove: readonly string[],
): Record<string, string> {
  const left = new Map(Object.entries({ ...tags, ...set }));
  for (const key of remove) left.delete(key);
  return validate(TAGS, Object.fromEntries(left), 'tags');
}
