import { Injectable } from '@nestjs/common';
import { type ModelVersion, ModelVersionService } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { NotFoundError } from '../../../platform/index.js';
import { AccessDeniedError } from '../../../policy/index.js';
import { ArtifactCommits } from '../artifacts/artifact-commits.js';
import { branchOf } from '../artifacts/artifact-place.js';
import { LoggedModelService } from '../tracking/logged-model.service.js';
import type { Metric } from '../tracking/run.js';
import { RunService } from '../tracking/run.service.js';
import { parseSource, type Source } from './parse-source.js';

/** Where the content of a new version is, and what is known of how it was made. */
export interface ResolvedSource {
  readonly repository: string;
  readonly revision: string;
  readonly path: string;
  readonly runId?: string;
  readonly loggedModelId?: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, string>>;
}

/** Keys of a commit's metadata have at most 100 characters, values 10,000. */
const MAX_KEY = 100;

/** Finds what a client names as the source of a version; what it staged there is committed. */
@Injectable()
export class VersionSources {
  constructor(
    private readonly runs: RunService,
    private readonly loggedModels: LoggedModelService,
    private readonly versions: ModelVersionService,
    private readonly commits: ArtifactCommits,
  ) {}

  /** @throws {InvalidInputError} `source` @throws {NotFoundError} */
  async resolve(
    caller: Principal,
    given: { readonly source: string; readonly runId?: string; readonly loggedModelId?: string },
  ): Promise<ResolvedSource> {
    const found = await this.find(caller, parseSource(given.source));
    const runId = given.runId ?? found.runId;
    const facts = await this.factsOf(caller, runId, given.loggedModelId ?? found.loggedModelId);
    return {
      ...found,
      ...(runId !== undefined && { runId }),
      ...(given.loggedModelId !== undefined && { loggedModelId: given.loggedModelId }),
      metrics: { ...found.metrics, ...facts.metrics },
      params: { ...found.params, ...facts.params },
    };
  }

  private async find(caller: Principal, source: Source): Promise<ResolvedSource> {
    switch (source.kind) {
      case 'artifacts': {
        const { place } = source;
        if (place.kind === 'run') return this.ofRun(caller, place.id, place.path);
        if (place.kind === 'logged-model') return this.ofLoggedModel(caller, place.id, place.path);
        return ofVersion(await this.versions.getOfModel(caller, place.modelId, place.number), place.path);
      }
      case 'run':
        return this.ofRun(caller, source.runId, source.path);
      case 'logged-model':
        return this.ofLoggedModel(caller, source.id, '');
      case 'version':
        return ofVersion(await this.versions.get(caller, source.model, source.number), '');
      case 'alias':
        return ofVersion(await this.versions.getByAlias(caller, source.model, source.alias), '');
      case 'commit':
        return {
          repository: source.repository,
          revision: source.revision,
          path: source.path,
          metrics: {},
          params: {},
        };
    }
  }

  private async ofRun(caller: Principal, id: string, path: string): Promise<ResolvedSource> {
    const { run, repository } = await this.runs.open(caller, id, 'read');
    const facts = await this.factsOf(caller, id, undefined);
    await this.commits.commit(caller, repository, id, {
      message: `Artifacts of MLflow run ${run.name} (${id})`,
      metadata: metadataOf({ 'mlflow.run': id }, facts),
    });
    return { repository: repository.name, revision: branchOf(id), path, runId: id, metrics: {}, params: {} };
  }

  private async ofLoggedModel(caller: Principal, id: string, path: string): Promise<ResolvedSource> {
    const { model, repository } = await this.loggedModels.open(caller, id, 'read');
    const runId = model.sourceRunId ?? undefined;
    const facts = await this.factsOf(caller, runId, id);
    await this.commits.commit(caller, repository, id, {
      message: `MLflow model ${model.name} (${id})`,
      metadata: metadataOf(
        { 'mlflow.model': id, ...(runId !== undefined && { 'mlflow.run': runId }) },
        facts,
      ),
    });
    return {
      ...{ repository: repository.name, revision: branchOf(id), path, loggedModelId: id },
      ...(runId !== undefined && { runId }),
      ...{ metrics: {}, params: {} },
    };
  }

  /** What the run and the logged model were told; nothing of those that are not here or that the caller may not read. */
  private async factsOf(
    caller: Principal,
    runId: string | undefined,
    loggedModelId: string | undefined,
  ): Promise<Pick<ResolvedSource, 'metrics' | 'params'>> {
    const run = runId === undefined ? undefined : await ifThere(this.runs.open(caller, runId, 'read'));
    const logged =
      loggedModelId === undefined
        ? undefined
        : await ifThere(this.loggedModels.open(caller, loggedModelId, 'read'));
    const ofRun = run && (await this.runs.newestMetrics([run.run])).get(run.run.id);
    const ofModel = logged && (await this.loggedModels.newestMetrics([logged.model])).get(logged.model.id);
    return {
      metrics: { ...numbersOf(ofRun ?? []), ...numbersOf(ofModel ?? []) },
      params: { ...run?.run.params, ...logged?.model.params },
    };
  }
}

function ofVersion(version: ModelVersion, path: string): ResolvedSource {
  const { repository, commitId, path: root, runId, loggedModelId, metrics, params } = version;
  return {
    ...{
      repository,
      revision: commitId,
      path: [root, path].filter((part) => part !== '').join('/'),
      metrics,
      params,
    },
    ...(runId !== null && { runId }),
    ...(loggedModelId !== null && { loggedModelId }),
  };
}

/** JSON has no other numbers. */
function numbersOf(metrics: readonly Metric[]): Record<string, number> {
  return Object.fromEntries(
    metrics.flatMap(({ key, value }) => (Number.isFinite(value) ? [[key, value]] : [])),
  );
}

function metadataOf(
  where: Readonly<Record<string, string>>,
  { metrics, params }: Pick<ResolvedSource, 'metrics' | 'params'>,
): Record<string, string> {
  const all = [
    ...Object.entries(where),
    ...Object.entries(metrics).map(([key, value]) => [`metric.${key}`, String(value)] as const),
    ...Object.entries(params).map(([key, value]) => [`param.${key}`, value] as const),
  ];
  return Object.fromEntries(all.filter(([key, value]) => key.length <= MAX_KEY && value.length <= 10_000));
}

async function ifThere<Open>(opening: Promise<Open>): Promise<Open | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof AccessDeniedError) return undefined;
    throw error;
  }
}
