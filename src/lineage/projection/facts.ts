import type { SameFact } from '../identity/components.js';
import type { NamedAsset } from './identity.js';

/** The states of a run. `other` says only that something was heard of it. */
export const RUN_STATES = ['other', 'start', 'running', 'complete', 'abort', 'fail'] as const;
export type RunState = (typeof RUN_STATES)[number];

/**
 * When and by which event something was said, as one text that sorts: `INSTANT|EVENT ID`. Of two claims about one thing the greater
 * wins, whichever came first.
 */
export type Claim = string;

/** Data flows from source to target: dataset → job or job → dataset. */
export interface EdgeFact {
  readonly sourceId: string;
  readonly targetId: string;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
}

/** How a column follows from another: its values (`direct`), or only which rows there are (`indirect`: filters, joins, sorting). */
export type Transformation = 'direct' | 'indirect';

/** Stands for all columns of a dataset, where one column influences the whole. */
export const ALL_COLUMNS = '*';

/** Stands for the job of what no job said: a DatasetEvent. */
export const NO_JOB = '00000000-0000-0000-0000-000000000000';

/** How something was said: by an explicit `lineage` facet, which goes before `columnLineage`. */
export const STATEMENT_KINDS = ['lineage', 'columns'] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

/** What a statement was taken from: a facet, or else the job's SQL, which counts only where no facet says anything of an output. */
export type StatementOrigin = StatementKind | 'sql';

/** That a column of the output follows from a column of a source. */
export interface StatedColumn {
  readonly sourceId: string;
  readonly sourceColumn: string;
  readonly targetColumn: string;
  readonly transformation: Transformation;
  /** E.g. `IDENTITY`, `AGGREGATION`, `FILTER`; empty when it is not told. */
  readonly subtype: string;
  readonly isMasking: boolean;
}

/** What one event says of how an output of a job follows from inputs. It holds until the next statement of its job, output and kind. */
export interface StatementFact {
  /** {@link NO_JOB} where a dataset was described by itself. */
  readonly jobId: string;
  readonly outputId: string;
  readonly kind: StatementOrigin;
  readonly at: string;
  readonly eventId: string;
  readonly value: StatementValue;
}

export interface StatementValue {
  /** The inputs that flow into the output, sorted; null when that was not said. */
  readonly inputIds: readonly string[] | null;
  readonly columns: readonly StatedColumn[];
}

/** A dataset was dropped. */
export interface DropFact {
  readonly assetId: string;
  readonly at: string;
}

export interface RunFact {
  readonly runId: string;
  readonly jobId: string;
  /** `1|…` when the run's own event names the job, `0|…` when another run's `parent` facet does. */
  readonly jobClaim: Claim;
  readonly state: RunState;
  /** Of the earliest START. */
  readonly startedAt: string | null;
  /** Of the latest COMPLETE, ABORT or FAIL. */
  readonly endedAt: string | null;
  /** Null when only other runs have spoken of it. */
  readonly firstEventAt: string | null;
  readonly lastEventAt: string | null;
  /** Of the latest COMPLETE, FAIL, ABORT. */
  readonly completedAt: string | null;
  readonly failedAt: string | null;
  readonly abortedAt: string | null;
  readonly parentRunId: string | null;
  readonly parentClaim: Claim | null;
}

export type Direction = 'input' | 'output';

/** A run, or the JobEvents of a job under the job's own id, named a dataset. */
export interface RunDatasetFact {
  readonly runId: string;
  readonly jobId: string;
  readonly assetId: string;
  readonly direction: Direction;
  /** From when to when it told of data that flows between the two; null when it only named it. */
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  /** What the `version` facet said last; null when none did. */
  readonly version: string | null;
  readonly versionClaim: Claim | null;
}

export interface FacetFact {
  readonly holder: 'asset' | 'run';
  readonly holderId: string;
  readonly name: string;
  /** The whole facet; null when it says `_deleted`. */
  readonly value: unknown;
  /** Begins with 0 where only who reads the dataset says it, and others go before that. */
  readonly claim: Claim;
}

/** A version of a dataset that was read or written. */
export interface VersionFact {
  readonly assetId: string;
  readonly version: string;
  readonly seenAt: string;
  /** The run that wrote it, else one that read it. */
  readonly runId: string | null;
  /** `0|…` for a writer, `1|…` for a reader, `2|…` for neither: the least wins. */
  readonly runClaim: Claim;
}

/** What events say, as rows by their keys. Joining facts is commutative, associative and idempotent: see `mergeFacts`. */
export interface Facts {
  readonly assets: Map<string, NamedAsset>;
  readonly edges: Map<string, EdgeFact>;
  readonly statements: Map<string, StatementFact>;
  readonly drops: Map<string, DropFact>;
  readonly sames: Map<string, SameFact>;
  readonly runs: Map<string, RunFact>;
  readonly runDatasets: Map<string, RunDatasetFact>;
  readonly facets: Map<string, FacetFact>;
  readonly versions: Map<string, VersionFact>;
}

export function noFacts(): Facts {
  return {
    assets: new Map(),
    edges: new Map(),
    statements: new Map(),
    drops: new Map(),
    sames: new Map(),
    runs: new Map(),
    runDatasets: new Map(),
    facets: new Map(),
    versions: new Map(),
  };
}
