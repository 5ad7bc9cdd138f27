import { dataLinksOf } from './data-links.js';
import { lineageVariablesOf } from './lineage-variables.js';
import {
  conditionOf,
  type End,
  identityOf,
  latest,
  type Observation,
  plain,
  specChangedAt,
} from './observation.js';
import type { CronJob, Deployment, Job } from './resources.js';

/** Source: Kubernetes, batch/v1: when the CronJob's schedule wanted this Job. */
const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** Source: Kubernetes API, batch/v1 Job. */
export function observeJob({ metadata, spec, status }: Job): Observation {
  const { active = 0, succeeded = 0, failed = 0, startTime } = status;
  const suspended = conditionOf(status.conditions, 'Suspended');
  const end = endOf(status);
  const scheduled = metadata.annotations?.[SCHEDULED];
  const phase = end
    ? end.outcome === 'complete'
      ? 'Complete'
      : 'Failed'
    : suspended
      ? 'Suspended'
      : 'Running';
  const at = suspended?.lastTransitionTime ?? startTime;
  const isUnderWay = !end && (suspended !== undefined || active > 0);
  return {
    ...identityOf('Job', metadata),
    ...(startTime !== undefined && { startedAt: startTime }),
    ...(isUnderWay &&
      typeof at === 'string' && {
        progress: { isRunning: !suspended, at, rank: 1 + succeeded + failed },
      }),
    ...(end && { end }),
    isService: false,
    ...(scheduled !== undefined && !Number.isNaN(Date.parse(scheduled)) && { nominalTime: scheduled }),
    links: dataLinksOf(metadata.annotations, spec.template.metadata?.annotations),
    variables: lineageVariablesOf(spec.template.spec),
    told: { phase, active, succeeded, failed },
  };
}

function endOf({ conditions, completionTime, startTime }: Job['status']): End | undefined {
  const failure = conditionOf(conditions, 'Failed');
  if (failure) {
    const at = failure.lastTransitionTime ?? startTime;
    const message = plain([failure.reason, failure.message].filter(Boolean).join(': '));
    return typeof at === 'string'
      ? { outcome: 'fail', at, ...(message !== undefined && { message }) }
      : undefined;
  }
  const completion = conditionOf(conditions, 'Complete');
  const at = completion && (completionTime ?? completion.lastTransitionTime);
  return typeof at === 'string' ? { outcome: 'complete', at } : undefined;
}

/** Source: Kubernetes API, batch/v1 CronJob. It stands until it is taken away; its Jobs are what runs. */
export function observeCronJob({ metadata, spec }: CronJob): Observation {
  const { schedule, timeZone, suspend, jobTemplate } = spec;
  const isSuspended = suspend === true;
  const zone = plain(timeZone ?? undefined, 200);
  return {
    ...identityOf('CronJob', metadata),
    startedAt: metadata.creationTimestamp,
    progress: { isRunning: !isSuspended, at: specChangedAt(metadata), rank: metadata.generation ?? 1 },
    isService: false,
    links: dataLinksOf(
      metadata.annotations,
      jobTemplate.metadata?.annotations,
      jobTemplate.spec.template.metadata?.annotations,
    ),
    variables: { problems: [] },
    told: {
      phase: isSuspended ? 'Suspended' : 'Scheduled',
      schedule: plain(schedule, 200),
      ...(zone !== undefined && { timeZone: zone }),
    },
  };
}

/** Source: Kubernetes API, apps/v1 Deployment. */
export function observeDeployment({ metadata, spec, status }: Deployment): Observation {
  const available = status.conditions?.find(({ type }) => type === 'Available');
  const isRunning = available?.status === 'True';
  const trouble = status.conditions?.find(
    ({ type, status: is }) => is === (type === 'ReplicaFailure' ? 'True' : 'False') && type !== 'Available',
  );
  const reason = plain((trouble ?? (isRunning ? undefined : available))?.reason, 200);
  const at = latest([specChangedAt(metadata), available?.lastTransitionTime])!;
  return {
    ...identityOf('Deployment', metadata),
    startedAt: metadata.creationTimestamp,
    ...(available && { progress: { isRunning, at, rank: metadata.generation ?? 1 } }),
    isService: true,
    links: dataLinksOf(metadata.annotations, spec.template.metadata?.annotations),
    variables: { problems: [] },
    told: {
      phase: isRunning ? 'Available' : 'Unavailable',
      ...(reason !== undefined && { reason }),
      replicas: spec.replicas ?? 1,
    },
    selects: { selector: spec.selector, since: metadata.creationTimestamp },
  };
}
