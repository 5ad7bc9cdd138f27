import type { Asset } from '../../../catalog/index.js';
import { type JsonObject, objectAt, textAt } from '../../events/json.js';
import type { Neighbourhood } from '../../graph/neighbour.service.js';
import { latest, type NameShape, nameShape, tagsOf } from '../datasets/dataset-shape.js';
import type { RunShape, VersionNameShape } from '../runs/run-shape.js';
import { jobVersion } from '../version-ids.js';

/** What Marquez says of a job in a graph. Source: Marquez's `JobData`. */
export interface JobDataShape {
  readonly id: NameShape;
  readonly type: 'BATCH' | 'STREAM' | 'SERVICE';
  readonly name: string;
  /** Without the name of the job that it is part of. */
  readonly simpleName: string;
  readonly parentJobName: string | null;
  readonly parentJobUuid: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly namespace: string;
  readonly inputs: readonly NameShape[];
  readonly outputs: readonly NameShape[];
  readonly location: string | null;
  readonly description: string | null;
  readonly latestRun: RunShape | null;
}

/** Source: Marquez's `Job`. */
export interface JobShape extends JobDataShape {
  readonly latestRuns: readonly RunShape[];
  readonly facets: JsonObject;
  readonly currentVersion: string;
  readonly labels: readonly string[];
  readonly tags: readonly string[];
}

/** What a job's shape is made of; all of it may be seen by its caller. */
export interface JobParts {
  readonly neighbours: Neighbourhood;
  /** What started the latest run. */
  readonly parent: Asset | undefined;
  /** The newest first. */
  readonly runs: readonly RunShape[];
}

/** @param facetOf a whole facet by name; an empty object where there is none */
export function jobData(asset: Asset, parts: JobParts, facetOf: (name: string) => JsonObject): JobDataShape {
  const { neighbours, parent, runs } = parts;
  const prefix = `${parent?.identityName ?? ''}.`;
  const name = asset.identityName;
  return {
    id: nameShape(asset),
    type: typeOf(asset, facetOf('jobType')),
    name,
    simpleName: parent !== undefined && name.startsWith(prefix) ? name.slice(prefix.length) : name,
    parentJobName: parent?.identityName ?? null,
    parentJobUuid: parent?.id ?? null,
    createdAt: asset.createdAt,
    updatedAt: latest([asset.updatedAt, runs[0]?.updatedAt ?? null])!,
    namespace: asset.identityNamespace,
    inputs: neighbours.inputs.map((input) => nameShape(input.asset)),
    outputs: neighbours.outputs.map((output) => nameShape(output.asset)),
    location: webAddress(facetOf('sourceCodeLocation')['url']),
    description: asset.description ?? textAt(facetOf('documentation')['description']) ?? null,
    latestRun: runs[0] ?? null,
  };
}

export function jobShape(asset: Asset, parts: JobParts, facets: JsonObject): JobShape {
  return {
    ...jobData(asset, parts, (name) => objectAt(facets[name])),
    latestRuns: parts.runs,
    facets,
    currentVersion: jobVersion(asset.id),
    labels: [],
    tags: tagsOf(asset),
  };
}

/** Source: Marquez's `JobVersion`. Cairn keeps no versions of jobs: there is one, the job as it is. */
export interface JobVersionShape {
  readonly id: VersionNameShape;
  readonly name: string;
  readonly createdAt: Date;
  readonly version: string;
  readonly namespace: string;
  readonly location: string | null;
  readonly inputs: readonly NameShape[];
  readonly outputs: readonly NameShape[];
  readonly latestRun: RunShape | null;
}

export function jobVersionShape(job: JobShape): JobVersionShape {
  const {
    id,
    name,
    createdAt,
    currentVersion: version,
    namespace,
    location,
    inputs,
    outputs,
    latestRun,
  } = job;
  return {
    id: { ...id, version },
    ...{ name, createdAt, version, namespace, location, inputs, outputs, latestRun },
  };
}

const TYPES: Readonly<Record<string, JobDataShape['type']>> = {
  STREAMING: 'STREAM',
  SERVICE: 'SERVICE',
};

/** Source: OpenLineage JobTypeJobFacet 2-0-3. */
function typeOf({ kind }: Asset, jobType: JsonObject): JobDataShape['type'] {
  if (kind === 'endpoint') return 'SERVICE';
  return TYPES[(textAt(jobType['processingType']) ?? '').toUpperCase()] ?? 'BATCH';
}

/** Clients parse the location, and not all of them know `git+ssh:` and the like. */
function webAddress(value: unknown): string | null {
  const text = textAt(value) ?? '';
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? text : null;
}
