import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Search } from '../../../catalog/index.js';
import { type Principal, subjectOf } from '../../../identity/index.js';
import { Database, NotFoundError } from '../../../platform/index.js';
import type { Action } from '../../../policy/index.js';
import { ExperimentService, type OpenExperiment } from './experiment.service.js';
import { type LoggedModel, loggedModelNotFound, type LoggedModelStatus } from './logged-model.js';
import { LoggedModelRepository } from './logged-model.repository.js';
import { type Metric, withParams, withTags } from './run.js';
import { RunRepository } from './run.repository.js';

/** A logged model with its experiment, as authorized for an action. */
export interface OpenLoggedModel extends OpenExperiment {
  readonly model: LoggedModel;
}

/** A change of a logged model, from what it is. */
type Change = Parameters<LoggedModelRepository['update']>[1];

/** Logged models of MLflow clients. They govern as their experiment. */
@Injectable()
export class LoggedModelService {
  constructor(
    private readonly database: Database,
    private readonly models: LoggedModelRepository,
    private readonly runs: RunRepository,
    private readonly experiments: ExperimentService,
  ) {}

  async create(
    caller: Principal,
    input: Pick<LoggedModel, 'experimentId' | 'modelType' | 'sourceRunId' | 'tags'> & {
      readonly name: string | undefined;
      readonly params: readonly { readonly key: string; readonly value: string }[];
    },
  ): Promise<LoggedModel> {
    const { experiment } = await this.experiments.openForRun(caller, input.experimentId);
    const id = `m-${randomUUID().replaceAll('-', '')}`;
    await this.models.insert({
      ...{ ...input, id, experimentId: experiment.id, name: input.name ?? `model-${id.slice(2, 10)}` },
      ...{ params: withParams({}, input.params), createdBy: subjectOf(caller) },
    });
    return (await this.models.find(id))!;
  }

  /** @throws {NotFoundError} also when the caller may not know of it, or it is deleted @throws {AccessDeniedError} */
  async open(caller: Principal, id: string, action: Action, allowsDeleted = false): Promise<OpenLoggedModel> {
    const model = await this.models.find(id);
    if (model === undefined || (model.deletedAt !== null && !allowsDeleted)) throw loggedModelNotFound(id);
    try {
      return { model, ...(await this.experiments.open(caller, model.experimentId, action)) };
    } catch (error) {
      throw error instanceof NotFoundError ? loggedModelNotFound(id) : error;
    }
  }

  /** Of those experiments that the caller may read. */
  async search(caller: Principal, experimentIds: readonly string[], search: Search): Promise<LoggedModel[]> {
    return this.models.search(await this.experiments.readable(caller, experimentIds), search);
  }

  /** The newest value of each metric, by model. The caller was shown the models. */
  async newestMetrics(
    models: readonly LoggedModel[],
  ): Promise<Map<string, (Metric & { readonly runId: string })[]>> {
    const byModel = new Map<string, (Metric & { readonly runId: string })[]>(
      models.map(({ id }) => [id, []]),
    );
    for (const metric of await this.runs.newestMetricsOfModels([...byModel.keys()]))
      byModel.get(metric.loggedModelId)?.push(metric);
    return byModel;
  }

  setStatus(caller: Principal, id: string, status: LoggedModelStatus): Promise<LoggedModel> {
    return this.change(caller, id, () => ({ status }));
  }

  setTags(caller: Principal, id: string, given: LoggedModel['tags']): Promise<LoggedModel> {
    return this.change(caller, id, ({ tags }) => ({ tags: withTags(tags, given) }));
  }

  removeTag(caller: Principal, id: string, key: string): Promise<LoggedModel> {
    return this.change(caller, id, ({ tags }) => {
      if (!Object.hasOwn(tags, key)) throw new NotFoundError('Tag', key);
      return { tags: Object.fromEntries(Object.entries(tags).filter(([name]) => name !== key)) };
    });
  }

  addParams(
    caller: Principal,
    id: string,
    given: readonly { readonly key: string; readonly value: string }[],
  ): Promise<LoggedModel> {
    return this.change(caller, id, ({ params }) => ({ params: withParams(params, given) }));
  }

  async delete(caller: Principal, id: string): Promise<void> {
    await this.open(caller, id, 'write');
    await this.models.delete(id);
  }

  private async change(
    caller: Principal,
    id: string,
    changeOf: (model: LoggedModel) => Change,
  ): Promise<LoggedModel> {
    await this.open(caller, id, 'write');
    return this.database.run(async () => {
      const model = await this.models.lock(id);
      if (model === undefined || model.deletedAt !== null) throw loggedModelNotFound(id);
      await this.models.update(id, changeOf(model));
      return (await this.models.find(id))!;
    });
  }
}
