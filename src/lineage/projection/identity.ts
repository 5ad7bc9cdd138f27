import type { AssetIdentity, AssetKind, AssetSpace } from '../../catalog/index.js';
import { isNameOfFittingLength } from '../events/event.js';
import { objectAt, textAt } from '../events/json.js';

/** Stands for an empty namespace, which Flink sends for every table. */
export const UNKNOWN_NAMESPACE = 'unknown';

/** An asset that an event names. */
export interface NamedAsset extends AssetIdentity {
  readonly id: string;
  readonly kind: AssetKind;
}

/** Gives the id that an identity always has: the catalog's `assetIdOf`. Handed in, so that this code stays free of Nest. */
export type IdOf = (identity: AssetIdentity) => string;

/** A namespace as identities have it. */
export function namespaceOf(namespace: string): string {
  return namespace === '' ? UNKNOWN_NAMESPACE : namespace;
}

/** The asset that `namespace` and `name` of a dataset stand for; a model when its `datasetType` facet says so. */
export function datasetNamed(
  idOf: IdOf,
  dataset: { namespace: string; name: string; facets?: unknown },
): NamedAsset {
  const type = textAt(objectAt(objectAt(dataset.facets)['datasetType'])['datasetType']);
  return named(idOf, 'data', type?.toUpperCase() === 'MODEL' ? 'model' : 'dataset', dataset);
}

/** The asset that a job's namespace and name stand for; an endpoint when its `jobType` facet says so. */
export function jobNamed(idOf: IdOf, job: { namespace: string; name: string; facets?: unknown }): NamedAsset {
  const type = textAt(objectAt(objectAt(job.facets)['jobType'])['jobType']);
  return named(idOf, 'job', type === 'ENDPOINT' ? 'endpoint' : 'job', job);
}

function named(
  idOf: IdOf,
  space: AssetSpace,
  kind: AssetKind,
  given: { namespace: string; name: string },
): NamedAsset {
  const [identityNamespace, identityName] = [namespaceOf(given.namespace), given.name];
  const id = idOf({ space, identityNamespace, identityName });
  return { space, identityNamespace, identityName, kind, id };
}

/** Reads `{namespace, name}` out of an unchecked value, e.g. an input field of a facet. One that no asset can have is passed over. */
export function namePairIn(value: unknown): { namespace: string; name: string } | undefined {
  const { namespace, name } = objectAt(value);
  if (typeof namespace !== 'string' || typeof name !== 'string' || name === '') return undefined;
  return isNameOfFittingLength({ namespace, name }) ? { namespace, name } : undefined;
}

/** Whether two parts of one event name the same. */
export function isSameName(
  a: { readonly namespace: string; readonly name: string },
  b: { readonly namespace: string; readonly name: string },
): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}
