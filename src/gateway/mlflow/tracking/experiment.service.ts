import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  type OpenRepository,
  repositoryNameFor,
  RepositoryService,
  type Search,
} from '../../../catalog/index.js';
import { type Principal, subjectOf } from '../../../identity/index.js';
import {
  AlreadyExistsError,
  CONFIG,
  type Config,
  Database,
  InvalidInputError,
  isUniqueViolation,
  NotFoundError,
} from '../../../platform/index.js';
import { type Action, Policy } from '../../../policy/index.js';
import {
  DEFAULT_EXPERIMENT,
  type Experiment,
  experimentNotFound,
  type LifecycleView,
  NAMESPACE_TAG,
} from './experiment.js';
import { ExperimentRepository } from './experiment.repository.js';

/** An experiment with its repository, as authorized for an action. */
export interface OpenExperiment extends OpenRepository {
  readonly experiment: Experiment;
}

const REPOSITORY_NAMES = 4;

/** Experiments of MLflow clients: made with a repository for their artifacts, and governed as it. */
@Injectable()
export class ExperimentService {
  constructor(
    private readonly database: Database,
    private readonly experiments: ExperimentRepository,
    private readonly repositories: RepositoryService,
    private readonly policy: Policy,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Needs `write` in the namespace that the tag `cairn.namespace` names, else in `MLFLOW_NAMESPACE`. @throws {AlreadyExistsError} */
  async create(
    caller: Principal,
    { name, tags }: { readonly name: string; readonly tags: Readonly<Record<string, string>> },
  ): Promise<Experiment> {
    if (await this.experiments.findByName(name)) throw new AlreadyExistsError('Experiment', name);
    const { [NAMESPACE_TAG]: namespace = this.config.MLFLOW_NAMESPACE, ...others } = tags;
    const id = name === DEFAULT_EXPERIMENT.name ? DEFAULT_EXPERIMENT.id : undefined;
    const row = { ...(id !== undefined && { id }), name, tags: others, createdBy: subjectOf(caller) };
    for (let attempt = 1; ; attempt++) {
      const suffix = attempt === 1 ? '' : `-${randomUUID().slice(0, 8)}`;
      const repository = `mlflow-${repositoryNameFor(name, suffix)}`;
      try {
        const made = await this.database.run(async () => {
          const { id: repositoryId } = await this.repositories.create(caller, {
            name: repository,
            kind: 'model',
            namespace,
          });
          return this.experiments.insert({ ...row, repositoryId });
        });
        return (await this.experiments.find(made))!;
      } catch (error) {
        if (isUniqueViolation(error)) throw new AlreadyExistsError('Experiment', name);
        const isRepositoryTaken = error instanceof AlreadyExistsError && error.what === 'Repository';
        if (!isRepositoryTaken || attempt === REPOSITORY_NAMES) throw error;
      }
    }
  }

  /** @throws {NotFoundError} also when the caller may not know of it @throws {AccessDeniedError} */
  async open(caller: Principal, id: string, action: Action): Promise<OpenExperiment> {
    return this.authorize(
      caller,
      /^\d{1,18}$/.test(id) ? await this.experiments.find(id) : undefined,
      id,
      action,
    );
  }

  async openByName(caller: Principal, name: string, action: Action): Promise<OpenExperiment> {
    return this.authorize(caller, await this.experiments.findByName(name), name, action);
  }

  /** For a new run: the default experiment, to which clients come that name none, is made when it is not there. Needs `write`. */
  async openForRun(caller: Principal, id: string): Promise<OpenExperiment> {
    if (id === DEFAULT_EXPERIMENT.id && !(await this.experiments.find(id))) {
      try {
        await this.create(caller, { name: DEFAULT_EXPERIMENT.name, tags: {} });
      } catch (error) {
        if (!(error instanceof AlreadyExistsError)) throw error;
      }
    }
    const open = await this.open(caller, id, 'write');
    if (open.experiment.deletedAt !== null)
      throw new InvalidInputError('experiment_id', `experiment ${id} is deleted`);
    return open;
  }

  async search(caller: Principal, view: LifecycleView, search: Search): Promise<Experiment[]> {
    const { plan } = await this.policy.plan(caller, 'list');
    return this.experiments.search(plan, view, search);
  }

  /** Those of `ids` whose runs the caller may `read`. */
  async readable(caller: Principal, ids: readonly string[]): Promise<string[]> {
    const { plan } = await this.policy.plan(caller, 'read');
    return this.experiments.shown(
      plan,
      ids.filter((id) => /^\d{1,18}$/.test(id)),
    );
  }

  /** Needs `manage`. @throws {AlreadyExistsError} */
  async rename(caller: Principal, id: string, name: string): Promise<void> {
    const { experiment } = await this.open(caller, id, 'manage');
    try {
      await this.experiments.rename(experiment.id, name);
    } catch (error) {
      if (isUniqueViolation(error)) throw new AlreadyExistsError('Experiment', name);
      throw error;
    }
  }

  /** Needs `write`. @param value undefined removes it */
  async setTag(caller: Principal, id: string, key: string, value: string | undefined): Promise<void> {
    const { experiment } = await this.open(caller, id, 'write');
    await this.experiments.setTag(experiment.id, key, value);
  }

  /** Needs `manage`. What it holds stays. */
  async setDeleted(caller: Principal, id: string, isDeleted: boolean): Promise<void> {
    const { experiment } = await this.open(caller, id, 'manage');
    await this.experiments.setDeleted(experiment.id, isDeleted);
  }

  private async authorize(
    caller: Principal,
    experiment: Experiment | undefined,
    id: string,
    action: Action,
  ): Promise<OpenExperiment> {
    if (experiment === undefined) throw experimentNotFound(id);
    try {
      return { experiment, ...(await this.repositories.openById(caller, experiment.repositoryId, action)) };
    } catch (error) {
      throw error instanceof NotFoundError ? experimentNotFound(id) : error;
    }
  }
}
