import { imageDigest } from './image-digest.js';
import { dataLinksOf } from './data-links.js';
import { lineageVariablesOf } from './lineage-variables.js';
import {
  conditionOf,
  type End,
  identityOf,
  latest,
  type Observation,
  plain,
  type Progress,
} from './observation.js';
import type { ContainerStatus, Pod } from './resources.js';

const MAX_CONTAINERS = 50;
/** Reasons of a waiting container that every pod passes through. */
const ORDINARY_WAITS = new Set(['ContainerCreating', 'PodInitializing']);

/** Source: Kubernetes API, core/v1 Pod. */
export function observePod(pod: Pod): Observation {
  const { metadata, spec, status } = pod;
  const containers = status.containerStatuses ?? [];
  const identity = identityOf('Pod', metadata);
  const templateHash = metadata.labels?.['pod-template-hash'];
  const reason = reasonOf(pod);
  const end = endOf(pod);
  const progress = end ? undefined : progressOf(pod, reason);
  return {
    ...identity,
    ...(status.startTime !== undefined && { startedAt: status.startTime }),
    ...(progress && { progress }),
    ...(end && { end }),
    isService: spec.restartPolicy === undefined || spec.restartPolicy === 'Always',
    links: dataLinksOf(metadata.annotations),
    variables: lineageVariablesOf(spec),
    told: {
      phase: status.phase ?? 'Unknown',
      ...(reason !== undefined && { reason }),
      ...(spec.nodeName !== undefined && { node: spec.nodeName }),
      containers: containers.slice(0, MAX_CONTAINERS).map(toldOfContainer),
    },
    ...(identity.owner?.kind === 'ReplicaSet' &&
      templateHash !== undefined && {
        replica: { templateHash, labels: metadata.labels ?? {}, createdAt: metadata.creationTimestamp },
      }),
  };
}

function toldOfContainer({ name, imageID, restartCount = 0, state }: ContainerStatus): object {
  const image = imageDigest(imageID);
  const reason = plain(state?.terminated?.reason ?? state?.waiting?.reason, 200);
  return {
    ...{ name, restartCount },
    ...(image !== undefined && { image }),
    ...(state?.terminated && { exitCode: state.terminated.exitCode }),
    ...(reason !== undefined && { reason }),
  };
}

/** Why a pod is as it is: what the pod says, why it is not scheduled, or what its first troubled container says. */
function reasonOf({ status }: Pod): string | undefined {
  const unscheduled = status.conditions?.find(
    ({ type, status: is }) => type === 'PodScheduled' && is === 'False',
  );
  const states = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(
    ({ state }) => state,
  );
  const waits = states
    .flatMap((state) => state?.waiting?.reason ?? [])
    .find((each) => !ORDINARY_WAITS.has(each));
  const failed = states.find((state) => state?.terminated && state.terminated.exitCode !== 0);
  return plain(status.reason ?? unscheduled?.reason ?? waits ?? failed?.terminated?.reason, 200);
}

function progressOf(pod: Pod, reason: string | undefined): Progress | undefined {
  const { status, metadata } = pod;
  const containers = status.containerStatuses ?? [];
  const rank =
    1 +
    containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0) +
    containers.filter(({ imageID }) => imageDigest(imageID) !== undefined).length;
  if (status.phase === 'Running') {
    const running = latest(containers.map(({ state }) => state?.running?.startedAt));
    return { isRunning: true, at: running ?? status.startTime ?? metadata.creationTimestamp, rank };
  }
  // A pod on its way is not worth a word; one that does not get on is.
  if (status.phase !== 'Pending' || reason === undefined) return undefined;
  const transitions = status.conditions?.map(({ lastTransitionTime }) => lastTransitionTime) ?? [];
  return { isRunning: false, at: latest([metadata.creationTimestamp, ...transitions])!, rank };
}

function endOf(pod: Pod): End | undefined {
  const { status, metadata } = pod;
  if (status.phase !== 'Succeeded' && status.phase !== 'Failed') return undefined;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const finished = latest(containers.map(({ state }) => state?.terminated?.finishedAt));
  // A pod that was evicted, or whose node is lost, has no containers that finished.
  const transitions = status.conditions?.map(({ lastTransitionTime }) => lastTransitionTime) ?? [];
  const at = finished ?? latest([...transitions, status.startTime]) ?? metadata.creationTimestamp;
  if (status.phase === 'Succeeded') return { outcome: 'complete', at };
  const message = failureOf(pod);
  return { outcome: wasStopped(pod, at) ? 'abort' : 'fail', at, ...(message !== undefined && { message }) };
}

/** Whether its containers failed because the pod was told to go: they ended after that. */
function wasStopped({ metadata, status }: Pod, endedAt: string): boolean {
  if (metadata.deletionTimestamp === undefined || conditionOf(status.conditions, 'DisruptionTarget'))
    return false;
  // The timestamp is when the pod is to be gone at the latest; it was told so before by its grace period.
  const graceMs = (metadata.deletionGracePeriodSeconds ?? 30) * 1000;
  return Date.parse(endedAt) >= Date.parse(metadata.deletionTimestamp) - graceMs;
}

function failureOf({ status }: Pod): string | undefined {
  const failed = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].find(
    ({ state }) => state?.terminated && state.terminated.exitCode !== 0,
  );
  const said = [status.reason, status.message].filter(Boolean).join(': ');
  if (!failed) return plain(said);
  const { exitCode, reason, message } = failed.state!.terminated!;
  const why = [reason, message].filter(Boolean).join(': ');
  const container = `container ${failed.name} exited with ${exitCode}${why && ` (${why})`}`;
  return plain(said ? `${said}; ${container}` : container);
}
