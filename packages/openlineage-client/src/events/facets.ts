import { InvalidEventError } from '../errors.js';
import { type FacetEntity, FACET_SCHEMA_URLS, type FacetsByEntity } from '../generated/facets.js';
import type { BaseFacet } from '../generated/types.js';
import type { FacetBody, FacetDrafts, StandardFacet, StandardFacetName } from './drafts.js';

function schemaUrlOf(entity: FacetEntity, name: string): string | undefined {
  const urls: Readonly<Record<string, string>> = FACET_SCHEMA_URLS[entity];
  return Object.hasOwn(urls, name) ? urls[name] : undefined;
}

/**
 * A standard facet, ready to be put into an event that is written by hand. The builders do this by themselves.
 * @param entity what it belongs to; keys repeat between entities
 * @param name its key in the event, e.g. `columnLineage`
 * @param producer an absolute URI that names the code which makes the facet
 */
export function facet<E extends FacetEntity, N extends StandardFacetName<E>>(
  entity: E,
  name: N,
  producer: string,
  body: FacetBody<StandardFacet<E, N>>,
): StandardFacet<E, N> {
  return signed(entity, name, producer, body, name) as StandardFacet<E, N>;
}

/**
 * Fills in who made each facet and where its schema is.
 * @param path where the facets stand in the event, for errors
 * @throws {InvalidEventError} a facet that is not standard has no `_schemaURL`, or a facet is not an object
 */
export function signFacets<E extends FacetEntity>(
  entity: E,
  facets: FacetDrafts<E>,
  producer: string,
  path: string,
): FacetsByEntity[E] {
  const entries = Object.entries(facets).flatMap(([name, body]) =>
    body === undefined ? [] : [[name, signed(entity, name, producer, body, `${path}.${name}`)] as const],
  );
  return Object.fromEntries(entries) as FacetsByEntity[E];
}

function signed(entity: FacetEntity, name: string, producer: string, body: object, path: string): BaseFacet {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidEventError(path, 'must be an object');
  }
  const {
    _producer = producer,
    _schemaURL = schemaUrlOf(entity, name),
    ...fields
  } = body as Partial<BaseFacet>;
  if (_schemaURL === undefined) {
    throw new InvalidEventError(
      `${path}._schemaURL`,
      `must be given, as "${name}" is no standard ${entity} facet`,
    );
  }
  return { _producer, _schemaURL, ...fields };
}
