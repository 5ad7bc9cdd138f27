import type { Observation, Owner } from '../objects/observation.js';
import { selects } from './selects.js';

/** What is known of other objects. */
export interface Known {
  byUid(uid: string): Observation | undefined;
  /** A Deployment that is there now. */
  deployment(namespace: string, name: string): Observation | undefined;
}

/** An object's owners, from the nearest up. */
export interface OwnerChain {
  readonly owners: readonly Owner[];
  /** Those of them that were seen. */
  readonly observed: readonly Observation[];
  /** Whether the last owner is known to have none itself. */
  readonly isWhole: boolean;
  /** The object that all belongs to: the last owner, or the object itself. Whatever of a workload runs is a run of this job. */
  readonly workload: Pick<Owner, 'kind' | 'name'>;
  /** The first owner of a kind that is read and was not seen (yet). */
  readonly missing?: { readonly kind: 'Job' | 'CronJob' | 'Deployment'; readonly uid?: string };
}

/** Deeper chains do not occur; a circle would otherwise not end. */
const MAX_DEPTH = 8;

/**
 * Follows the owners that control. ReplicaSets are not read: the Deployment of a pod is taken for its owner when name, template hash
 * and selector say so and it is the older one; otherwise nobody is.
 */
export function ownersOf(observation: Observation, known: Known): OwnerChain {
  const owners: Owner[] = [];
  const observed: Observation[] = [];
  let at = observation;
  while (owners.length < MAX_DEPTH) {
    const { owner } = at;
    const done = { owners, observed, workload: owners.at(-1) ?? observation };
    if (owner === undefined) return { ...done, isWhole: true };
    if (owner.kind === 'ReplicaSet') {
      const deployment = deploymentOf(at, known);
      // A ReplicaSet may belong to something else, so it is not told for the parent: a guess could not be taken back.
      if (!deployment) {
        return {
          ...done,
          workload: owner,
          isWhole: false,
          ...(at.replica && { missing: { kind: 'Deployment' } }),
        };
      }
      owners.push({ kind: deployment.kind, name: deployment.name, uid: deployment.uid });
      observed.push(deployment);
      at = deployment;
      continue;
    }
    owners.push(owner);
    const next = known.byUid(owner.uid);
    if (!next) {
      const { kind, uid } = owner;
      const isRead = kind === 'Job' || kind === 'CronJob';
      return { owners, observed, workload: owner, isWhole: false, ...(isRead && { missing: { kind, uid } }) };
    }
    observed.push(next);
    at = next;
  }
  return { owners, observed, workload: owners.at(-1)!, isWhole: false };
}

/** The Deployment that a pod of a ReplicaSet would have, by name. */
export function deploymentName({ owner, replica }: Observation): string | undefined {
  const suffix = `-${replica?.templateHash ?? ''}`;
  if (owner?.kind !== 'ReplicaSet' || replica === undefined || !owner.name.endsWith(suffix)) return undefined;
  return owner.name.slice(0, -suffix.length);
}

function deploymentOf(pod: Observation, known: Known): Observation | undefined {
  const name = deploymentName(pod);
  const deployment = name === undefined ? undefined : known.deployment(pod.namespace, name);
  if (!deployment?.selects || !pod.replica) return undefined;
  const { selector, since } = deployment.selects;
  const isOlder = Date.parse(since) <= Date.parse(pod.replica.createdAt);
  return isOlder && selects(selector, pod.replica.labels) ? deployment : undefined;
}
