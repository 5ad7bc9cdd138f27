import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { Database, DomainError, InvalidInputError, NotFoundError, validate } from '../../platform/index.js';
import { AssetService } from '../assets/asset.service.js';
import { modelMoves } from './metrics.js';
import { ALIAS, STAGE, VERSION } from './model-names.js';
import { ModelVersionRepository } from './model-version.repository.js';
import { ModelVersionService } from './model-version.service.js';
import type { ModelVersion, RegisteredModel, Stage } from './registered-model.js';
import { modelNotFound } from './registered-model.js';
import { RegisteredModelRepository } from './registered-model.repository.js';
import { type OpenModel, RegisteredModelService } from './registered-model.service.js';

const SET_ALIAS = z.object({
  model: z.string(),
  alias: ALIAS,
  version: VERSION,
  /** Where the alias must be: a number, or 0 for nowhere. */
  expectedVersion: z.int().min(0).optional(),
});
const DELETE_ALIAS = z.object({
  model: z.string(),
  alias: z.string().max(255),
  expectedVersion: z.int().min(0).optional(),
});
const TRANSITION = z.object({
  model: z.string(),
  version: VERSION,
  stage: STAGE,
  /** Moves what is in the stage to Archived. */
  archiveExisting: z.boolean().default(false),
});

/** Stages that somebody relies on. */
const ACTIVE: ReadonlySet<Stage> = new Set(['Staging', 'Production']);

/** The alias is elsewhere than whoever moves it thinks. */
export class AliasMovedError extends DomainError {
  readonly kind = 'conflict';
  constructor(model: string, alias: string, expected: number, found: number) {
    const where = (version: number): string => (version === 0 ? 'no version' : `version ${version}`);
    super(
      `The alias "${alias}" of "${model}" is at ${where(found)}, not at ${where(expected)}. Look again, then move it.`,
      {
        model,
        alias,
        expected,
        found,
      },
    );
  }
}

/**
 * Moves of what consumers follow: aliases and stages. Each needs `deploy`, with the stage or alias in small letters as the
 * `environment`, so that a rule can keep `production` for some; and each is logged.
 */
@Injectable()
export class ModelMoveService {
  constructor(
    private readonly database: Database,
    private readonly models: RegisteredModelService,
    private readonly modelRows: RegisteredModelRepository,
    private readonly versions: ModelVersionService,
    private readonly versionRows: ModelVersionRepository,
    private readonly assets: AssetService,
  ) {}

  /** Points an alias at a version. @throws {AliasMovedError} it was not where `expectedVersion` says */
  async setAlias(caller: Principal, input: z.input<typeof SET_ALIAS>): Promise<ModelVersion> {
    const { model, alias, version, expectedVersion } = validate(SET_ALIAS, input, 'input');
    const open = await this.open(caller, model, alias);
    await this.database.run(async () => {
      await this.versions.lock(open, version);
      const from = await this.assertAt(open, alias, expectedVersion);
      if (from === version) return;
      await this.modelRows.setAlias(open.model.id, alias, version, subjectOf(caller));
      await this.log(caller, open, 'alias', alias, from === 0 ? null : String(from), String(version));
    });
    return this.versions.reread(open, version);
  }

  /** @throws {NotFoundError} there is no such alias @throws {AliasMovedError} */
  async deleteAlias(caller: Principal, input: z.input<typeof DELETE_ALIAS>): Promise<RegisteredModel> {
    const { model, alias, expectedVersion } = validate(DELETE_ALIAS, input, 'input');
    const open = await this.open(caller, model, alias);
    await this.database.run(async () => {
      if (!(await this.modelRows.lock(open.model.id))) throw modelNotFound(model);
      const from = await this.assertAt(open, alias, expectedVersion);
      if (from === 0) throw new NotFoundError('Alias', `${model}@${alias}`);
      await this.modelRows.deleteAlias(open.model.id, alias);
      await this.log(caller, open, 'alias', alias, String(from), null);
    });
    return (await this.models.open(caller, model, 'list')).model;
  }

  /** Moves a version to a stage, and with `archiveExisting` the others that are there to Archived, all or none. */
  async transition(caller: Principal, input: z.input<typeof TRANSITION>): Promise<ModelVersion> {
    const { model, version: number, stage, archiveExisting } = validate(TRANSITION, input, 'input');
    if (archiveExisting && !ACTIVE.has(stage))
      throw new InvalidInputError(
        'input.archiveExisting',
        'goes with the stages Staging and Production only',
      );
    const open = await this.open(caller, model, stage);
    const { stage: before } = await this.versions.get(caller, model, number);
    // Whoever may not fill Production may not empty it.
    if (before !== stage && ACTIVE.has(before)) await this.open(caller, model, before);
    await this.database.run(async () => {
      const version = await this.versions.lock(open, number);
      if (version.stage !== before) throw new StageMovedError(model, number, before, version.stage);
      if (archiveExisting)
        for (const other of await this.versionRows.numbersAt(open.model.id, stage, number))
          await this.move(caller, open, other, stage, 'Archived');
      if (version.stage !== stage) await this.move(caller, open, number, version.stage, stage);
    });
    return this.versions.reread(open, number);
  }

  private open(caller: Principal, model: string, environment: string): Promise<OpenModel> {
    return this.models.open(caller, model, 'deploy', { environment: environment.toLowerCase() });
  }

  /** @returns where the alias is, 0 for nowhere */
  private async assertAt(open: OpenModel, alias: string, expected: number | undefined): Promise<number> {
    const found = (await this.modelRows.findAlias(open.model.id, alias))?.version ?? 0;
    if (expected !== undefined && found !== expected)
      throw new AliasMovedError(open.model.name, alias, expected, found);
    return found;
  }

  private async move(
    caller: Principal,
    open: OpenModel,
    number: number,
    from: Stage,
    to: Stage,
  ): Promise<void> {
    await this.versionRows.setStage(open.model.id, number, to);
    await this.log(caller, open, 'stage', String(number), from, to);
  }

  private async log(
    caller: Principal,
    { model, asset }: OpenModel,
    kind: 'alias' | 'stage',
    subject: string,
    from: string | null,
    to: string | null,
  ): Promise<void> {
    await this.modelRows.log(model.id, { kind, subject, from, to, actor: subjectOf(caller) });
    await this.modelRows.touch(model.id);
    await this.assets.changed(caller, `model.${kind}-moved`, asset, {
      model: model.name,
      [kind]: subject,
      from,
      to,
    });
    await this.assets.announce([asset.id]);
    this.database.afterCommit(() => modelMoves.inc({ kind }));
  }
}

/** Somebody else moved the version while it was asked whether this move is allowed. */
export class StageMovedError extends DomainError {
  readonly kind = 'conflict';
  constructor(model: string, version: number, expected: Stage, found: Stage) {
    super(
      `Version ${version} of "${model}" moved from ${expected} to ${found} meanwhile. Look again, then move it.`,
      {
        model,
        version,
        expected,
        found,
      },
    );
  }
}
