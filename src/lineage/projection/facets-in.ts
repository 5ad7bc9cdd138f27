import type { EventDataset } from '../events/event.js';
import { type JsonObject, objectAt, textAt } from '../events/json.js';

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

export function isDeleted(facet: unknown): boolean {
  return objectAt(facet)['_deleted'] === true;
}

export function isDataset(input: JsonObject): boolean {
  return input['type'] === undefined || input['type'] === 'DATASET';
}

export function uuidAt(value: unknown): string | undefined {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined;
}
