import { CORE_SCHEMA, FACET_DOCUMENTS, FACET_SCHEMAS, type FacetEntity } from '@cairn/openlineage-client';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { EventBody } from './event.js';
import { isObject, objectsIn, stepsOf } from './json.js';

const ajv = new Ajv2020({
  strict: false,
  formats: {
    uuid: true,
    uri: true,
    'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
    date: true,
  },
});
ajv.addSchema(CORE_SCHEMA);
for (const document of FACET_DOCUMENTS) ajv.addSchema(document);

const compiled = new Map<string, ValidateFunction | undefined>();

/** Standard facets are compiled when one is first seen; others have no schema here. */
function validatorOf(entity: FacetEntity, name: string): ValidateFunction | undefined {
  const schemaUrl = FACET_SCHEMAS[entity].get(name)?.schemaUrl;
  if (schemaUrl === undefined) return undefined;
  if (!compiled.has(schemaUrl)) compiled.set(schemaUrl, ajv.getSchema(schemaUrl));
  return compiled.get(schemaUrl);
}

/** Tells which standard facets break their schemas. Nothing is refused for it. Source: OpenLineage's facet schemas. */
export function checkFacets(body: EventBody, warn: (path: string, rule: string) => void): void {
  const check = (entity: FacetEntity, facets: unknown, at: string) => {
    if (!isObject(facets)) return;
    for (const [name, facet] of Object.entries(facets)) {
      if (isObject(facet) && facet['_deleted'] === true) continue;
      const validate = validatorOf(entity, name);
      if (validate === undefined || validate(facet)) continue;
      const [error] = validate.errors ?? [];
      warn(
        [at, name, ...stepsOf(error?.instancePath ?? '')].join('.'),
        `breaks its facet schema: ${error?.message ?? 'invalid'}`,
      );
    }
  };
  check('run', body.run?.facets, 'run.facets');
  check('job', body.job?.facets, 'job.facets');
  check('dataset', body.dataset?.facets, 'dataset.facets');
  for (const [side, entity] of [
    ['inputs', 'inputDataset'],
    ['outputs', 'outputDataset'],
  ] as const) {
    objectsIn(body[side]).forEach((dataset, i) => {
      check('dataset', dataset['facets'], `${side}[${i}].facets`);
      const own = side === 'inputs' ? 'inputFacets' : 'outputFacets';
      check(entity, dataset[own], `${side}[${i}].${own}`);
    });
  }
}
