import type { Asset } from '../../../catalog/index.js';
import { instantOf } from '../../events/instant.js';
import { type JsonObject, textAt } from '../../events/json.js';
import type { RunState } from '../../projection/facts.js';
import type { LineageRun } from '../../runs/run.repository.js';
import type { VisibleRunDataset } from '../../runs/run.service.js';
import { type NameShape, nameShape } from '../datasets/dataset-shape.js';
import { jobVersion, namedVersion, onlyVersion, writtenVersion } from '../version-ids.js';

export const RUN_STATES = ['NEW', 'RUNNING', 'COMPLETED', 'ABORTED', 'FAILED'] as const;
export type MarquezRunState = (typeof RUN_STATES)[number];

/** Marquez's word for each state. */
export const STATE: Readonly<Record<RunState, MarquezRunState>> = {
  other: 'NEW',
  start: 'RUNNING',
  running: 'RUNNING',
  complete: 'COMPLETED',
  abort: 'ABORTED',
  fail: 'FAILED',
};

export interface VersionNameShape extends NameShape {
  readonly version: string;
}

/** Source: Marquez's `Run`. */
export interface RunShape {
  readonly id: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly nominalStartTime: string | null;
  readonly nominalEndTime: string | null;
  readonly state: MarquezRunState;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly durationMs: number | null;
  readonly args: Readonly<Record<string, string>>;
  readonly jobVersion: VersionNameShape;
  readonly inputDatasetVersions: readonly RunDatasetShape[];
  readonly outputDatasetVersions: readonly RunDatasetShape[];
  readonly facets: JsonObject;
}

export interface RunDatasetShape {
  readonly datasetVersionId: VersionNameShape;
  readonly facets: JsonObject;
}

/** What is known of a run beside its states; a brief one has none of it but the nominal time. */
export interface RunDetails {
  readonly nominalTime: JsonObject;
  readonly facets: JsonObject;
  readonly datasets: readonly VisibleRunDataset[];
}

export function runShape(run: LineageRun, job: Asset, details: RunDetails): RunShape {
  const { startedAt, endedAt, lastEventAt } = run;
  const isEnded = endedAt !== null;
  // Of a run that only others spoke of, nothing is known but its job.
  const createdAt = startedAt ?? lastEventAt ?? job.createdAt;
  const of = (direction: 'input' | 'output') =>
    details.datasets
      .filter((dataset) => dataset.direction === direction)
      .map((dataset) => ({ datasetVersionId: versionOf(dataset), facets: {} }));
  return {
    id: run.id,
    createdAt,
    updatedAt: lastEventAt ?? createdAt,
    nominalStartTime: instantIn(details.nominalTime['nominalStartTime']),
    nominalEndTime: instantIn(details.nominalTime['nominalEndTime']),
    state: STATE[run.state],
    startedAt,
    endedAt,
    durationMs: startedAt !== null && isEnded ? Math.max(0, endedAt.getTime() - startedAt.getTime()) : null,
    args: {},
    jobVersion: { ...nameShape(job), version: jobVersion(job.id) },
    inputDatasetVersions: of('input'),
    outputDatasetVersions: of('output'),
    facets: details.facets,
  };
}

/** The version that a run named, the one that it wrote, or what stands for the dataset as it is. */
function versionOf({ asset, version, direction, runId }: VisibleRunDataset): VersionNameShape {
  const written = direction === 'output' ? writtenVersion(asset.id, runId) : onlyVersion(asset.id);
  return { ...nameShape(asset), version: version === null ? written : namedVersion(asset.id, version) };
}

function instantIn(value: unknown): string | null {
  return instantOf(textAt(value) ?? '') ?? null;
}
