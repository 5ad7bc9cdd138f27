import type { EventDataset } from '../events/event.js';
import { type JsonObject, objectAt, objectsIn, textAt } from '../events/json.js';
import type { SameKind } from '../identity/components.js';
import { namePairIn } from './identity.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The inputs that an explicit facet gives an output, its own or an entry of the job's; undefined when none says. */
export function explicitInputs(
  output: EventDataset,
  entries: readonly JsonObject[],
): readonly unknown[] | undefined {
  const own = objectAt(objectAt(output.facets)['lineage']);
  const entry = entries.find(
    ({ type, namespace, name }) => type !== 'JOB' && namespace === output.namespace && name === output.name,
  );
  const inputs = own['inputs'] ?? entry?.['inputs'];
  return Array.isArray(inputs) ? inputs : undefined;
}

export function isEmpty(inputs: unknown): boolean {
  return Array.isArray(inputs) && inputs.length === 0;
}

export function isDrop(facet: unknown): boolean {
  return textAt(objectAt(facet)['lifecycleStateChange'])?.toUpperCase() === 'DROP';
}

/** Names that a dataset's facets say to be of it too: other names of the same, and the one that it had before. */
export function otherNamesIn(facets: JsonObject): { kind: SameKind; namespace: string; name: string }[] {
  const symlinks = objectsIn(objectAt(facets['symlinks'])['identifiers'])
    .slice(0, MAX_SYMLINKS)
    .flatMap((identifier) => {
      const pair = namePairIn(identifier);
      const kind: SameKind = textAt(identifier['type'])?.toUpperCase() === 'TABLE' ? 'table' : 'symlink';
      return pair === undefined ? [] : [{ kind, ...pair }];
    });
  const change = objectAt(facets['lifecycleStateChange']);
  const isRename = textAt(change['lifecycleStateChange'])?.toUpperCase() === 'RENAME';
  const previous = isRename ? namePairIn(change['previousIdentifier']) : undefined;
  return previous === undefined ? symlinks : [...symlinks, { kind: 'rename', ...previous }];
}

const MAX_SYMLINKS = 50;

export function isDeleted(facet: unknown): boolean {
  return objectAt(facet)['_deleted'] === true;
}

export function isDataset(input: JsonObject): boolean {
  return input['type'] === undefined || input['type'] === 'DATASET';
}

export function uuidAt(value: unknown): string | undefined {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined;
}
