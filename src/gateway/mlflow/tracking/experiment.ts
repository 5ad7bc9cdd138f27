import { NotFoundError } from '../../../platform/index.js';

/** A group of runs. It stands in a namespace of policy and governs as the asset of the repository that keeps its runs' artifacts. */
export interface Experiment {
  /** A whole number, as text; `0` is MLflow's experiment `Default`. */
  readonly id: string;
  readonly name: string;
  readonly repositoryId: string;
  /** Name of the repository. */
  readonly repository: string;
  readonly namespace: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
}

export const DEFAULT_EXPERIMENT = { id: '0', name: 'Default' } as const;

/** The tag by which a client says where in policy's tree of namespaces something new stands. */
export const NAMESPACE_TAG = 'cairn.namespace';
/** The tag by which a client names the repository that a new registered model is to stand for. */
export const REPOSITORY_TAG = 'cairn.repository';

/** Which of what can be deleted a search shows. */
export type LifecycleView = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

/** Which of them as SQL, of a column that is null as long as a row is active. */
export const lifecycleSql = (view: LifecycleView, column: string): string =>
  view === 'ALL' ? 'TRUE' : `${column} IS ${view === 'ACTIVE_ONLY' ? '' : 'NOT '}NULL`;

export const experimentNotFound = (id: string): NotFoundError => new NotFoundError('Experiment', id);
