import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { Database, DomainError, InvalidInputError, validate } from '../../platform/index.js';
import { AssetService } from '../assets/asset.service.js';
import { ContentService } from '../content/content.service.js';
import { RefRepository } from '../refs/ref.repository.js';
import { DESCRIPTION, TAGS, TEXT } from './model-names.js';
import { modelVersionsRegistered } from './metrics.js';
import { ModelVersionRepository, type NewVersion } from './model-version.repository.js';
import { ModelVersionService } from './model-version.service.js';
import { type ModelVersion, modelNotFound } from './registered-model.js';
import { type OpenModel, RegisteredModelService } from './registered-model.service.js';
import { factsOf } from './version-metadata.js';
import { type CopiedCommit, VersionCopies } from './version-copies.js';

const MAX_FACTS = 2000;

const REGISTER = z.object({
  model: z.string(),
  /** Where the files are; the model's own when absent. */
  repository: z.string().max(100).optional(),
  revision: z.string().max(400),
  /** The folder that holds them; all of the commit when absent. */
  path: z
    .string()
    .max(1024)
    .transform((path) => path.replace(/\/+$/, ''))
    .default(''),
  description: DESCRIPTION.optional(),
  tags: TAGS.default({}),
  source: TEXT.max(2000).optional(),
  runId: TEXT.max(255).optional(),
  runLink: TEXT.max(2000).optional(),
  loggedModelId: TEXT.max(255).optional(),
  metrics: z
    .record(z.string().max(250), z.number())
    .refine((all) => Object.keys(all).length <= MAX_FACTS)
    .default({}),
  params: z
    .record(z.string().max(250), TEXT.max(10_000))
    .refine((all) => Object.keys(all).length <= MAX_FACTS)
    .default({}),
});

/** Others kept moving the branch that a version was to land on. */
export class VersionNotLandedError extends DomainError {
  readonly kind = 'conflict';
  constructor(model: string, branch: string) {
    super(
      `The branch "${branch}" of the repository of "${model}" kept moving. Nothing was registered; try again.`,
      {
        model,
        branch,
      },
    );
  }
}

/** The branch moved between preparing and landing. Rolls the transaction back. */
class NotLanded extends Error {}

const MAX_ATTEMPTS = 20;

/** Makes versions of registered models. */
@Injectable()
export class ModelRegistrationService {
  constructor(
    private readonly database: Database,
    private readonly models: RegisteredModelService,
    private readonly versions: ModelVersionService,
    private readonly versionRows: ModelVersionRepository,
    private readonly copies: VersionCopies,
    private readonly content: ContentService,
    private readonly refs: RefRepository,
    private readonly assets: AssetService,
  ) {}

  /** Whether there is anything to prepare for: {@link register} would be allowed. @throws {NotFoundError} @throws {AccessDeniedError} */
  async assertMay(caller: Principal, model: string): Promise<void> {
    await this.models.open(caller, model, 'write');
  }

  /**
   * Gives what is at a place of a commit the next number of a model. Needs `write` on the model. What lies in another repository,
   * where it needs `read`, becomes a commit of the model's own; no bytes are copied for that.
   * @throws {InvalidInputError} no file is there, or too many @throws {NotFoundError}
   */
  async register(caller: Principal, input: z.input<typeof REGISTER>): Promise<ModelVersion> {
    const given = validate(REGISTER, input, 'input');
    const open = await this.models.open(caller, given.model, 'write');
    const source = given.repository ?? open.repository.name;
    const at = await this.content.at(caller, source, given.revision, 'input.revision');
    await this.assertFiles(at.commit, given.path);
    const facts = factsOf(at.commit.metadata);
    const row = {
      ...{ description: given.description ?? null, tags: given.tags, createdBy: subjectOf(caller) },
      source: given.source ?? `cairn:/${source}@${at.commit.id}${given.path === '' ? '' : `:${given.path}`}`,
      runId: given.runId ?? facts.runId ?? null,
      ...{ runLink: given.runLink ?? null, loggedModelId: given.loggedModelId ?? null },
      ...{ metrics: { ...facts.metrics, ...given.metrics }, params: { ...facts.params, ...given.params } },
    };
    const isOwn = at.repository.id === open.repository.id;
    const number = isOwn
      ? await this.database.run(() => this.insert(open, { ...row, commitId: at.commit.id, path: given.path }))
      : await this.registerCopy(open, row, () => this.copies.prepare(caller, open, at, given.path));
    modelVersionsRegistered.inc({ from: isOwn ? 'own repository' : 'another repository' });
    return this.versions.reread(open, number);
  }

  private async assertFiles(commit: Parameters<ContentService['walk']>[0], path: string): Promise<void> {
    for await (const _ of this.content.walk(commit, path === '' ? '' : `${path}/`)) return;
    throw new InvalidInputError(
      'input.path',
      `must be a folder with files in it; there is none below "${path}"`,
    );
  }

  /** In the transaction under way. */
  private async insert({ model, repository, asset }: OpenModel, version: NewVersion): Promise<number> {
    const number = await this.versionRows.insert(model.id, version);
    if (number === undefined) throw modelNotFound(model.name);
    // Keeps the commit reachable, whatever happens to the branch that it is on.
    const move = { actor: version.createdBy, reason: 'register model version' };
    for (const tag of [`version/${number}`, `version/${model.id}/${number}`])
      if (await this.refs.create(repository.id, 'tag', tag, version.commitId, move)) break;
    const { createdBy, commitId, path } = version;
    await this.assets.changed(createdBy, 'model.version-registered', asset, {
      ...{ model: model.name, version: number, commitId, path },
    });
    await this.assets.announce([asset.id]);
    return number;
  }

  private async registerCopy(
    open: OpenModel,
    row: Omit<NewVersion, 'commitId' | 'path'>,
    prepare: () => Promise<CopiedCommit>,
  ): Promise<number> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const copied = await prepare();
      try {
        return await this.database.run(async () => {
          if (!(await this.copies.land(copied))) throw new NotLanded();
          const number = await this.insert(open, { ...row, commitId: copied.commit.id, path: '' });
          await this.copies.announce(copied, { model: open.model.name, number, registeredBy: row.createdBy });
          return number;
        });
      } catch (error) {
        if (!(error instanceof NotLanded)) throw error;
      }
    }
    throw new VersionNotLandedError(open.model.name, open.repository.defaultBranch);
  }
}
