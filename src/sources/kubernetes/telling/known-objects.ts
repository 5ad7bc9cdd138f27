import type { ObjectRepository } from '../object.repository.js';
import type { Observation } from '../objects/observation.js';
import { deploymentName, type Known } from './owners.js';

/** A pod's Job and that one's CronJob. */
const LEVELS = 2;

/** The owners of some objects, as far as they were seen. */
export class KnownObjects implements Known {
  private constructor(
    private readonly objects: ReadonlyMap<string, Observation>,
    private readonly deployments: ReadonlyMap<string, Observation>,
  ) {}

  /** Looks up the owners of `observations`, and theirs. */
  static async around(
    observations: readonly Observation[],
    cluster: string,
    repository: ObjectRepository,
  ): Promise<KnownObjects> {
    const objects = new Map<string, Observation>();
    let level = observations;
    for (let depth = 0; depth < LEVELS && level.length > 0; depth++) {
      const uids = new Set(level.flatMap(({ owner }) => owner?.uid ?? []).filter((uid) => !objects.has(uid)));
      if (uids.size === 0) break;
      const found = await repository.observations(cluster, [...uids]);
      for (const [uid, observation] of found) objects.set(uid, observation);
      level = [...found.values()];
    }
    const names = new Set(
      observations.flatMap((pod) => {
        const name = deploymentName(pod);
        return name === undefined ? [] : [`${pod.namespace}/${name}`];
      }),
    );
    const deployments = names.size === 0 ? new Map() : await repository.deployments(cluster, [...names]);
    return new KnownObjects(objects, deployments);
  }

  byUid(uid: string): Observation | undefined {
    return this.objects.get(uid);
  }

  deployment(namespace: string, name: string): Observation | undefined {
    return this.deployments.get(`${namespace}/${name}`);
  }
}
