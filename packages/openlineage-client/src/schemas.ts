import { type FacetEntity, FACET_SCHEMA_URLS } from './generated/facets.js';
import { FACET_DOCUMENTS, type JsonSchema } from './generated/schemas.js';

/** A standard facet: where it belongs and what it must look like. */
export interface FacetSchema {
  readonly entity: FacetEntity;
  /** its key in an event, e.g. `columnLineage` */
  readonly name: string;
  /** the published address of its definition, `<document.$id>#/$defs/<definition>`; `$ref` this to validate a facet */
  readonly schemaUrl: string;
  /** the document that holds the definition; two facets may share one */
  readonly document: JsonSchema;
}

const documentsById = new Map(FACET_DOCUMENTS.map((document) => [document.$id, document]));

function facetsOf(entity: FacetEntity): ReadonlyMap<string, FacetSchema> {
  return new Map(
    Object.entries(FACET_SCHEMA_URLS[entity]).map(([name, schemaUrl]) => {
      const document = documentsById.get(schemaUrl.slice(0, schemaUrl.indexOf('#')));
      if (document === undefined)
        throw new TypeError(`No document for ${schemaUrl}; run "npm run generate".`);
      return [name, { entity, name, schemaUrl, document }];
    }),
  );
}

/**
 * The standard facets by entity and by key: `FACET_SCHEMAS.job.get('sql')`. By entity, because keys repeat (`tags` is
 * a facet of runs, of jobs and of datasets, each with a schema of its own). With ajv (`ajv/dist/2020`, `strict:
 * false`, ajv-formats): `addSchema` the CORE_SCHEMA and all FACET_DOCUMENTS, then `getSchema(facet.schemaUrl)`.
 */
export const FACET_SCHEMAS: Readonly<Record<FacetEntity, ReadonlyMap<string, FacetSchema>>> = {
  run: facetsOf('run'),
  job: facetsOf('job'),
  dataset: facetsOf('dataset'),
  inputDataset: facetsOf('inputDataset'),
  outputDataset: facetsOf('outputDataset'),
};
