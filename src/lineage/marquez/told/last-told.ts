import { isObject, type JsonObject } from '../../events/json.js';
import type { ToldFacet } from './told-facet.repository.js';

/** Facets by run as its events told them one after the other: a later one replaces an earlier, and `_deleted` ends it. */
export function lastTold(facets: Iterable<ToldFacet>): Map<string, JsonObject> {
  const byRun = new Map<string, Map<string, unknown>>();
  for (const { runId, name, value } of facets) {
    const told = byRun.get(runId) ?? new Map<string, unknown>();
    byRun.set(runId, told);
    if (isObject(value) && value['_deleted'] !== true) told.set(name, value);
    else told.delete(name);
  }
  return new Map([...byRun].map(([runId, told]) => [runId, Object.fromEntries(told)]));
}
