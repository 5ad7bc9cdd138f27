import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  Database,
  InvalidInputError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { Policy } from '../../policy/index.js';
import { AssetService } from '../assets/asset.service.js';
import type { Search } from './criteria.js';
import { DESCRIPTION, TAG_KEY, TAGS, VERSION } from './model-names.js';
import { ModelVersionRepository } from './model-version.repository.js';
import { type ModelVersion, modelNotFound, versionNotFound } from './registered-model.js';
import { RegisteredModelRepository } from './registered-model.repository.js';
import { editedTags, type OpenModel, RegisteredModelService } from './registered-model.service.js';

const EDIT = z.object({
  description: DESCRIPTION.nullable().optional(),
  set: TAGS.default({}),
  remove: z.array(TAG_KEY).max(100).default([]),
});

/** Versions of registered models. */
@Injectable()
export class ModelVersionService {
  constructor(
    private readonly database: Database,
    private readonly models: RegisteredModelService,
    private readonly modelRows: RegisteredModelRepository,
    private readonly versions: ModelVersionRepository,
    private readonly assets: AssetService,
    private readonly policy: Policy,
  ) {}

  /** @throws {NotFoundError} also of one that was deleted */
  async get(caller: Principal, model: string, number: number): Promise<ModelVersion> {
    const open = await this.models.open(caller, model, 'list');
    return this.find(open, number);
  }

  /** Like {@link get}, by the id of the model. */
  async getOfModel(caller: Principal, modelId: string, number: number): Promise<ModelVersion> {
    const model = await this.modelRows.findById(modelId);
    if (!model) throw versionNotFound(modelId, number);
    return this.get(caller, model.name, number);
  }

  /** By its number or by an alias, of which one must be given. @throws {NotFoundError} */
  getNamed(
    caller: Principal,
    model: string,
    { number, alias }: { readonly number?: number | null; readonly alias?: string | null },
  ): Promise<ModelVersion> {
    if ((number ?? undefined) !== undefined && (alias ?? undefined) === undefined)
      return this.get(caller, model, number!);
    if ((alias ?? undefined) !== undefined && (number ?? undefined) === undefined)
      return this.getByAlias(caller, model, alias!);
    throw new InvalidInputError('number', 'or alias must be given, and not both');
  }

  /** The version that an alias names. @throws {NotFoundError} */
  async getByAlias(caller: Principal, model: string, alias: string): Promise<ModelVersion> {
    const open = await this.models.open(caller, model, 'list');
    const found = open.model.aliases.find((one) => one.alias === alias);
    if (!found) throw versionNotFound(model, `@${alias}`);
    return this.find(open, found.version);
  }

  /** Of a model whose id the caller was shown, newest first. */
  async list(modelId: string, args: PageArgs): Promise<Page<ModelVersion>> {
    const request = pageRequest<readonly [number]>(args, 1);
    if (request.after !== undefined && !Number.isInteger(request.after[0]))
      throw new InvalidInputError('after', 'must be the endCursor of an earlier page of this list');
    return pageOf(await this.versions.list(modelId, request), request, ({ number }) => [number]);
  }

  /** The newest version of each stage. The caller was shown the models. */
  latestOfStages(modelIds: readonly string[]): Promise<ModelVersion[]> {
    return this.versions.latestOfStages(modelIds);
  }

  /** Those of all models that meet all criteria. @throws {InvalidInputError} `filter` or `order_by` */
  async search(caller: Principal, search: Search): Promise<ModelVersion[]> {
    const { plan } = await this.policy.plan(caller, 'list');
    return this.versions.search(plan, search);
  }

  /** Changes description and tags. Needs `write`. */
  async edit(
    caller: Principal,
    model: string,
    number: number,
    edit: z.input<typeof EDIT>,
  ): Promise<ModelVersion> {
    const { description, set, remove } = validate(EDIT, edit, 'input');
    const open = await this.models.open(caller, model, 'write');
    await this.database.run(async () => {
      const version = await this.lock(open, number);
      if (description !== undefined) await this.versions.setDescription(open.model.id, number, description);
      await this.versions.setTags(open.model.id, number, editedTags(version.tags, set, remove));
      await this.assets.changed(caller, 'model.version-edited', open.asset, { model, version: number, edit });
    });
    return this.reread(open, number);
  }

  /** Takes a version out of the registry, with its aliases. Needs `manage`. Its number is not given again; its commit stays. */
  async delete(caller: Principal, model: string, number: number): Promise<ModelVersion> {
    const open = await this.models.open(caller, model, 'manage');
    return this.database.run(async () => {
      const version = await this.lock(open, number);
      await this.versions.delete(open.model.id, number);
      await this.modelRows.log(open.model.id, {
        ...{ kind: 'deletion', subject: String(number), from: version.stage, to: null },
        actor: subjectOf(caller),
      });
      await this.modelRows.touch(open.model.id);
      await this.assets.changed(caller, 'model.version-deleted', open.asset, { model, version: number });
      await this.assets.announce([open.asset.id]);
      return version;
    });
  }

  /** A version that does not change until the transaction under way ends. @throws {NotFoundError} */
  async lock(open: OpenModel, number: number): Promise<ModelVersion> {
    if (!(await this.modelRows.lock(open.model.id))) throw modelNotFound(open.model.name);
    return this.find(open, number);
  }

  async reread({ model }: OpenModel, number: number): Promise<ModelVersion> {
    const version = await this.versions.find(model.id, number);
    if (!version) throw versionNotFound(model.name, number);
    return version;
  }

  private async find({ model }: OpenModel, number: number): Promise<ModelVersion> {
    const version = await this.versions.find(model.id, validate(VERSION, number, 'version'));
    if (!version) throw versionNotFound(model.name, number);
    return version;
  }
}
