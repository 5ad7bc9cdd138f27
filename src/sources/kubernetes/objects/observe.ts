import { validate } from '../../../platform/errors/index.js';
import type { Kind } from './kinds.js';
import type { Observation } from './observation.js';
import { observePod } from './observe-pod.js';
import { observeCronJob, observeDeployment, observeJob } from './observe-workload.js';
import { CRON_JOB, DEPLOYMENT, JOB, POD } from './resources.js';

const OBSERVE: Readonly<Record<Kind, (object: unknown) => Observation>> = {
  Pod: (object) => observePod(validate(POD, object, 'Pod')),
  Job: (object) => observeJob(validate(JOB, object, 'Job')),
  CronJob: (object) => observeCronJob(validate(CRON_JOB, object, 'CronJob')),
  Deployment: (object) => observeDeployment(validate(DEPLOYMENT, object, 'Deployment')),
};

/**
 * What lineage needs of an object of the API server's. Pure: the same state gives the same observation.
 * @throws {InvalidInputError} naming the field that is not as the API describes it
 */
export function observe(kind: Kind, object: unknown): Observation {
  return OBSERVE[kind](object);
}
