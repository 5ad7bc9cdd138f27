import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Search } from '../../../catalog/index.js';
import { type Principal, subjectOf } from '../../../identity/index.js';
import { Database, InvalidInputError, NotFoundError } from '../../../platform/index.js';
import type { Action } from '../../../policy/index.js';
import type { LifecycleView } from './experiment.js';
import { ExperimentService, type OpenExperiment } from './experiment.service.js';
import { type Metric, type MlflowRun, runNotFound, type RunStatus, withParams, withTags } from './run.js';
import { type RunChange, RunRepository } from './run.repository.js';

/** A run with its experiment, as authorized for an action. */
export interface OpenRun extends OpenExperiment {
  readonly run: MlflowRun;
}

/** What a client says of a run in one request. */
export interface RunLog {
  readonly metrics?: readonly Metric[];
  readonly params?: readonly { readonly key: string; readonly value: string }[];
  readonly tags?: Readonly<Record<string, string>>;
}

const MAX_LINKS = 1000;
const MAX_LIST_TAG = 1_000_000;

/** Runs of MLflow clients. They govern as their experiment: `read` to see one, `write` to log. */
@Injectable()
export class RunService {
  constructor(
    private readonly database: Database,
    private readonly runs: RunRepository,
    private readonly experiments: ExperimentService,
  ) {}

  async create(
    caller: Principal,
    input: {
      readonly experimentId: string;
      readonly name: string | undefined;
      readonly userId: string;
      readonly startTime: number;
      readonly tags: Readonly<Record<string, string>>;
    },
  ): Promise<MlflowRun> {
    const { experiment } = await this.experiments.openForRun(caller, input.experimentId);
    const id = randomUUID().replaceAll('-', '');
    const name = input.name ?? input.tags['mlflow.runName'] ?? `run-${id.slice(0, 8)}`;
    await this.runs.insert({
      ...{ id, name, experimentId: experiment.id, userId: input.userId, startTime: input.startTime },
      ...{ tags: withTags(input.tags, { 'mlflow.runName': name }), createdBy: subjectOf(caller) },
    });
    return (await this.runs.find(id))!;
  }

  /** @throws {NotFoundError} also when the caller may not know of it @throws {AccessDeniedError} */
  async open(caller: Principal, id: string, action: Action): Promise<OpenRun> {
    const run = await this.runs.find(id);
    if (run === undefined) throw runNotFound(id);
    try {
      return { run, ...(await this.experiments.open(caller, run.experimentId, action)) };
    } catch (error) {
      throw error instanceof NotFoundError ? runNotFound(id) : error;
    }
  }

  /** The newest value of each metric, by run. The caller was shown the runs. */
  async newestMetrics(runs: readonly MlflowRun[]): Promise<Map<string, Metric[]>> {
    const byRun = new Map<string, Metric[]>(runs.map(({ id }) => [id, []]));
    for (const { runId, ...metric } of await this.runs.newestMetrics([...byRun.keys()]))
      byRun.get(runId)?.push(metric);
    return byRun;
  }

  async history(
    caller: Principal,
    id: string,
    key: string,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<Metric[]> {
    const { run } = await this.open(caller, id, 'read');
    return this.runs.history(run.id, key, page.limit, page.offset);
  }

  /** Of those experiments that the caller may read. */
  async search(
    caller: Principal,
    experimentIds: readonly string[],
    view: LifecycleView,
    search: Search,
  ): Promise<MlflowRun[]> {
    return this.runs.search(await this.experiments.readable(caller, experimentIds), view, search);
  }

  /** All of it or nothing. A run that is over may still be told of. @throws {InvalidInputError} it is deleted, or a parameter differs */
  async log(caller: Principal, id: string, { metrics = [], params = [], tags = {} }: RunLog): Promise<void> {
    await this.change(
      caller,
      id,
      (run) => ({
        ...(params.length > 0 && { params: withParams(run.params, params) }),
        ...(Object.keys(tags).length > 0 && { tags: withTags(run.tags, tags) }),
        ...(tags['mlflow.runName'] !== undefined && { name: tags['mlflow.runName'] }),
      }),
      metrics,
    );
  }

  /** Adds to a tag that holds a list in JSON. @throws {InvalidInputError} it grows too long, or holds something else */
  async appendToTag(caller: Principal, id: string, key: string, item: object): Promise<void> {
    await this.change(caller, id, ({ tags }) => {
      const value = JSON.stringify([...listIn(tags[key], key), item]);
      if (value.length > MAX_LIST_TAG)
        throw new InvalidInputError(key, `must have at most ${MAX_LIST_TAG} characters`);
      return { tags: withTags(tags, { [key]: value }) };
    });
  }

  async removeTag(caller: Principal, id: string, key: string): Promise<void> {
    await this.change(caller, id, ({ tags }) => {
      if (!Object.hasOwn(tags, key)) throw new NotFoundError('Tag', key);
      return { tags: Object.fromEntries(Object.entries(tags).filter(([name]) => name !== key)) };
    });
  }

  async update(
    caller: Principal,
    id: string,
    {
      status,
      endTime,
      name,
    }: { readonly status?: RunStatus; readonly endTime?: number; readonly name?: string },
  ): Promise<MlflowRun> {
    await this.change(caller, id, ({ tags }) => ({
      ...(status !== undefined && { status }),
      ...(endTime !== undefined && { endTime }),
      ...(name !== undefined && { name, tags: withTags(tags, { 'mlflow.runName': name }) }),
    }));
    return (await this.runs.find(id))!;
  }

  /** Adds datasets and models that the run used, or models that it made; of several for one model the last counts. */
  async link(
    caller: Principal,
    id: string,
    given: Partial<Pick<MlflowRun, 'datasets' | 'modelInputs' | 'modelOutputs'>>,
  ): Promise<void> {
    await this.change(caller, id, (run) => {
      const joined = <Item extends object>(
        known: readonly Item[],
        more: readonly Item[] | undefined,
        keyOf: (item: Item) => string,
      ) => {
        const all = new Map([...known, ...(more ?? [])].map((item) => [keyOf(item), item]));
        if (all.size > MAX_LINKS) throw new InvalidInputError('inputs', `must be at most ${MAX_LINKS}`);
        return [...all.values()];
      };
      const byModel = ({ model_id }: { readonly model_id: string }): string => model_id;
      return {
        datasets: joined(run.datasets, given.datasets, (dataset) => JSON.stringify(dataset)),
        modelInputs: joined(run.modelInputs, given.modelInputs, byModel),
        modelOutputs: joined(run.modelOutputs, given.modelOutputs, byModel),
      };
    });
  }

  async setDeleted(caller: Principal, id: string, isDeleted: boolean): Promise<void> {
    const { run } = await this.open(caller, id, 'write');
    await this.runs.setDeleted(run.id, isDeleted);
  }

  private async change(
    caller: Principal,
    id: string,
    changeOf: (run: MlflowRun) => RunChange,
    metrics: readonly Metric[] = [],
  ): Promise<void> {
    await this.open(caller, id, 'write');
    await this.database.run(async () => {
      const run = await this.runs.lock(id);
      if (run === undefined) throw runNotFound(id);
      if (run.deletedAt !== null)
        throw new InvalidInputError('run_id', `run ${id} is deleted; restore it first`);
      await this.runs.update(id, changeOf(run));
      await this.runs.addMetrics(id, metrics);
    });
  }
}

function listIn(json: string | undefined, key: string): unknown[] {
  if (json === undefined) return [];
  try {
    const value: unknown = JSON.parse(json);
    if (Array.isArray(value)) return value as unknown[];
  } catch {
    // told below, with the rule
  }
  throw new InvalidInputError(key, 'holds no list in JSON; remove the tag first');
}
