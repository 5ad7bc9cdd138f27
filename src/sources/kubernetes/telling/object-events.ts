import { createHash } from 'node:crypto';
import {
  facet,
  type FacetDrafts,
  type InputDatasetDraft,
  runEvent,
  type RunEvent,
  type RunEventType,
} from '@cairn/openlineage-client';
import { type DataLinks, type LinkedDataset, NO_LINKS } from '../objects/data-links.js';
import type { Observation } from '../objects/observation.js';
import { type Cluster, jobName, runIdOf } from './cluster.js';
import { END_RANK, eventTimeOf, MAX_PROGRESS_RANK, START_RANK } from './instant.js';
import type { Life } from './life.js';
import type { OwnerChain } from './owners.js';
import { parentOf } from './parent.js';

/** Who makes the events of this room. */
export const PRODUCER = 'urn:cairn:kubernetes';

/** Schema of the facet that only Cairn writes. A name for it, not an address. */
const KUBERNETES_FACET = 'urn:cairn:facet:kubernetes:1-0-0';

/** What is to be told of an object in the state that it is in; the same state gives the same events, byte by byte. */
export interface ObjectEvents {
  readonly start?: RunEvent;
  readonly progress?: RunEvent;
  readonly end?: RunEvent;
}

/** Kinds whose workloads go on until somebody ends them. */
const SERVICES = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet']);

const END_TYPES = { complete: 'COMPLETE', fail: 'FAIL', abort: 'ABORT' } as const;

/** What lineage is told of an object. */
export function eventsOf(
  cluster: Cluster,
  observation: Observation,
  life: Life,
  chain: OwnerChain,
): ObjectEvents {
  const links = linksOf(observation, chain);
  const event = (eventType: RunEventType, at: string, rank: number): RunEvent =>
    runEvent({
      eventType,
      producer: PRODUCER,
      eventTime: eventTimeOf(at, rank),
      run: {
        runId: runIdOf(cluster.uid, observation.uid),
        facets: runFacets(cluster, observation, life, chain, links),
      },
      job: {
        namespace: cluster.namespace,
        name: jobName(observation.namespace, chain.workload),
        facets: {
          jobType: {
            processingType: isService(observation, chain) ? 'SERVICE' : 'BATCH',
            integration: 'KUBERNETES',
            jobType: chain.workload.kind.toUpperCase(),
          },
        },
      },
      inputs: links.inputs.map(datasetOf),
      outputs: hasWritten(eventType, observation) ? links.outputs.map(datasetOf) : [],
    });
  const { startedAt, progress, end } = life;
  return {
    ...(startedAt !== undefined && { start: event('START', startedAt, START_RANK) }),
    ...(progress && {
      progress: event(
        progress.isRunning ? 'RUNNING' : 'OTHER',
        later(startedAt, progress.at),
        Math.min(progress.rank, MAX_PROGRESS_RANK),
      ),
    }),
    ...(end && { end: event(END_TYPES[end.outcome], later(startedAt, end.at), END_RANK) }),
  };
}

/** Tells whether two events say the same, whenever they say it. */
export function contentHash({ eventTime: _, ...content }: RunEvent): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** The same without what it writes: for when its writer may not speak of that. */
export function withoutOutputs(event: RunEvent, reason: string): RunEvent {
  const names = (event.outputs ?? []).map(({ namespace, name }) => `${namespace} ${name}`);
  const errorMessage = `cairn.dev/outputs: not taken (${names.join(', ').slice(0, 500)}): ${reason.slice(0, 500)}`;
  const { facets } = event.run;
  const before = facets?.extractionError;
  const extractionError = facet('run', 'extractionError', PRODUCER, {
    totalTasks: (before?.totalTasks ?? 0) + names.length,
    failedTasks: (before?.failedTasks ?? 0) + names.length,
    errors: [...(before?.errors ?? []), { errorMessage }],
  });
  return { ...event, run: { ...event.run, facets: { ...facets, extractionError } }, outputs: [] };
}

function runFacets(
  cluster: Cluster,
  observation: Observation,
  { end }: Life,
  chain: OwnerChain,
  links: DataLinks,
): FacetDrafts<'run'> {
  const { kind, namespace, name, uid, owner, told, variables } = observation;
  const nominal = [observation, ...chain.observed].find(({ nominalTime }) => nominalTime !== undefined);
  const problems = [...links.problems, ...variables.problems];
  return {
    parent: parentOf(cluster, observation, chain),
    nominalTime: nominal && { nominalStartTime: new Date(nominal.nominalTime!).toISOString() },
    errorMessage:
      end?.message === undefined ? undefined : { message: end.message, programmingLanguage: 'unknown' },
    extractionError:
      problems.length === 0
        ? undefined
        : {
            totalTasks: Math.max(links.entries + variables.problems.length, problems.length),
            failedTasks: problems.length,
            errors: problems.map((errorMessage) => ({ errorMessage })),
          },
    cairn_kubernetes: {
      _schemaURL: KUBERNETES_FACET,
      ...{ cluster: cluster.uid, kind, namespace, name, uid },
      ...(owner && { owner: { ...owner } }),
      ...told,
      ...(variables.namespace !== undefined && { openLineageNamespace: variables.namespace }),
    },
  };
}

/** Its own, or else those of the nearest owner that has any. */
function linksOf(observation: Observation, { observed }: OwnerChain): DataLinks {
  return [observation, ...observed].find(({ links }) => links.entries > 0)?.links ?? NO_LINKS;
}

function isService(observation: Observation, { workload }: OwnerChain): boolean {
  if (SERVICES.has(workload.kind)) return true;
  return workload.kind !== 'Job' && workload.kind !== 'CronJob' && observation.isService;
}

/** A batch has written what it says when it is complete; a service writes as it runs; a schedule writes nothing. */
function hasWritten(eventType: RunEventType, { kind, isService }: Observation): boolean {
  if (kind === 'CronJob') return false;
  return eventType === 'COMPLETE' || (isService && eventType === 'RUNNING');
}

function datasetOf({ namespace, name, version }: LinkedDataset): InputDatasetDraft {
  return {
    ...{ namespace, name },
    ...(version !== undefined && { facets: { version: { datasetVersion: version } } }),
  };
}

/** Clocks of nodes differ: nothing of a run is told for before its start. */
function later(startedAt: string | undefined, at: string): string {
  return startedAt !== undefined && Date.parse(startedAt) > Date.parse(at) ? startedAt : at;
}
