import type { EventBody } from '../events/event.js';
import { objectAt, objectsIn } from '../events/json.js';
import { otherNamesIn } from '../projection/facets-in.js';
import { datasetNamed, type IdOf, jobNamed, type NamedAsset, namePairIn } from '../projection/identity.js';

/** What a sender says something about. */
export interface Emissions {
  /** The job, what it writes and a described dataset: the sender must be allowed to emit about all of them. */
  readonly required: readonly NamedAsset[];
  /**
   * Inputs that come with facets, and other names that facets give to datasets: what these say is taken only from a sender who may emit
   * about them.
   */
  readonly described: readonly NamedAsset[];
}

/** Facets of an input that tell of the run, not of the input. */
const FACETS_OF_USE: ReadonlySet<string> = new Set(['version']);

/** The assets that an event says something about, each once. */
export function emissionsOf(body: EventBody, idOf: IdOf): Emissions {
  const required = new Map<string, NamedAsset>();
  const require = (asset: NamedAsset) => required.set(asset.id, asset);
  if (body.job === undefined) {
    if (body.dataset !== undefined) require(datasetNamed(idOf, body.dataset));
    return { required: [...required.values()], described: namesGiven(body, required, idOf) };
  }
  require(jobNamed(idOf, body.job));
  for (const output of body.outputs ?? []) require(datasetNamed(idOf, output));
  for (const entry of objectsIn(objectAt(objectAt(body.job.facets)['lineage'])['entries'])) {
    const target = namePairIn(entry);
    if (target !== undefined)
      require(entry['type'] === 'JOB' ? jobNamed(idOf, target) : datasetNamed(idOf, target));
  }
  const described = new Map<string, NamedAsset>();
  for (const input of body.inputs ?? []) {
    if (!Object.keys(objectAt(input.facets)).some((name) => !FACETS_OF_USE.has(name))) continue;
    const asset = datasetNamed(idOf, input);
    if (!required.has(asset.id)) described.set(asset.id, asset);
  }
  for (const asset of namesGiven(body, required, idOf)) described.set(asset.id, asset);
  return { required: [...required.values()], described: [...described.values()] };
}

/** What facets say to be other names of datasets. */
function namesGiven(body: EventBody, required: ReadonlyMap<string, unknown>, idOf: IdOf): NamedAsset[] {
  const datasets = [
    ...(body.inputs ?? []),
    ...(body.outputs ?? []),
    ...(body.dataset === undefined ? [] : [body.dataset]),
  ];
  return datasets
    .flatMap(({ facets }) => otherNamesIn(objectAt(facets)))
    .map((name) => datasetNamed(idOf, name))
    .filter(({ id }) => !required.has(id));
}
