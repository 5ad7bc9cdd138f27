import type { FacetEntity, FacetsByEntity } from '../generated/facets.js';
import type { RunEvent } from '../generated/types.js';

/** The names that a type declares, without its index signature. */
type DeclaredKeys<T> = keyof {
  [K in keyof T as string extends K ? never : number extends K ? never : K]: never;
};

/** The keys of the standard facets of an entity. */
export type StandardFacetName<E extends FacetEntity> = DeclaredKeys<FacetsByEntity[E]> & string;

/** A standard facet of an entity as it stands in an event. */
export type StandardFacet<E extends FacetEntity, N extends StandardFacetName<E>> = NonNullable<
  FacetsByEntity[E][N]
>;

/** A facet as a producer writes it: its declared fields. `_producer` and `_schemaURL` are filled in when absent. */
export type FacetBody<F> = {
  [K in keyof F as string extends K ? never : K extends '_producer' | '_schemaURL' ? never : K]: F[K];
} & { _producer?: string; _schemaURL?: string };

/**
 * The facets of an entity as a producer writes them: standard ones by name and checked, any other beside them. Another
 * one must bring its own `_schemaURL`, as nothing is known about it.
 */
export type FacetDrafts<E extends FacetEntity> = {
  [N in StandardFacetName<E>]?: FacetBody<StandardFacet<E, N>>;
} & { [name: string]: object | undefined };

/** The transitions of a run. */
export type RunEventType = NonNullable<RunEvent['eventType']>;

/** A dataset without the facets that depend on being read or written. */
export interface DatasetDraft {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: FacetDrafts<'dataset'>;
}

/** A dataset that is read. */
export interface InputDatasetDraft extends DatasetDraft {
  readonly inputFacets?: FacetDrafts<'inputDataset'>;
}

/** A dataset that is written. */
export interface OutputDatasetDraft extends DatasetDraft {
  readonly outputFacets?: FacetDrafts<'outputDataset'>;
}

/** A job. */
export interface JobDraft {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: FacetDrafts<'job'>;
}

/** What all events have. */
export interface EventDraft {
  /** an absolute URI that names the code which makes the event; also the `_producer` of its facets */
  readonly producer: string;
  /** default now; as text, RFC 3339 with an offset or `Z` */
  readonly eventTime?: Date | string;
}

/** A run in one of its transitions. */
export interface RunEventDraft extends EventDraft {
  readonly eventType: RunEventType;
  /** `runId` is a UUID, the same in all events of one run: see newRunId */
  readonly run: { readonly runId: string; readonly facets?: FacetDrafts<'run'> };
  readonly job: JobDraft;
  readonly inputs?: readonly InputDatasetDraft[];
  readonly outputs?: readonly OutputDatasetDraft[];
}

/** A job as it is declared, apart from any run. */
export interface JobEventDraft extends EventDraft {
  readonly job: JobDraft;
  readonly inputs?: readonly InputDatasetDraft[];
  readonly outputs?: readonly OutputDatasetDraft[];
}

/** A dataset as it is declared, apart from any job. */
export interface DatasetEventDraft extends EventDraft {
  readonly dataset: DatasetDraft;
}
