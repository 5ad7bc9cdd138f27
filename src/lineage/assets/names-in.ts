import { isObject } from '../events/json.js';
import { datasetNamed, type IdOf, jobNamed, namePairIn } from '../projection/identity.js';

/**
 * Ids of all assets that a JSON value may name: wherever it holds a `namespace` and a `name`, the dataset and the job of that name.
 * Most of them do not exist.
 */
export function assetsNamedIn(value: unknown, idOf: IdOf): string[] {
  const ids = new Set<string>();
  const look = (at: unknown) => {
    if (typeof at !== 'object' || at === null) return;
    const pair = isObject(at) ? namePairIn(at) : undefined;
    if (pair !== undefined) ids.add(datasetNamed(idOf, pair).id).add(jobNamed(idOf, pair).id);
    for (const item of Object.values(at)) look(item);
  };
  look(value);
  return [...ids];
}
