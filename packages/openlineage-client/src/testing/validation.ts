import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { FacetEntity } from '../generated/facets.js';
import { CORE_SCHEMA, FACET_DOCUMENTS } from '../generated/schemas.js';
import type { LineageEvent } from '../generated/types.js';
import { FACET_SCHEMAS } from '../schemas.js';

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema([CORE_SCHEMA, ...FACET_DOCUMENTS]);

/** @throws {TypeError} no schema is published there */
export function validatorAt(schemaUrl: string): ValidateFunction {
  const validate = ajv.getSchema(schemaUrl);
  if (validate === undefined) throw new TypeError(`No schema at ${schemaUrl}`);
  return validate;
}

/** Whether the core schema accepts it as exactly one of the three events. */
export function isValidEvent(event: unknown): boolean {
  return validatorAt(CORE_SCHEMA.$id)(event) as boolean;
}

/** What the schemas of the standard facets have against those in an event, as texts. */
export function facetProblems(event: LineageEvent): string[] {
  const read = 'inputs' in event ? (event.inputs ?? []) : [];
  const written = 'outputs' in event ? (event.outputs ?? []) : [];
  const datasets = [...read, ...written, ...('dataset' in event ? [event.dataset] : [])];
  return [
    ...('run' in event ? problemsOf('run', event.run.facets) : []),
    ...('job' in event ? problemsOf('job', event.job.facets) : []),
    ...datasets.flatMap(({ facets }) => problemsOf('dataset', facets)),
    ...read.flatMap(({ inputFacets }) => problemsOf('inputDataset', inputFacets)),
    ...written.flatMap(({ outputFacets }) => problemsOf('outputDataset', outputFacets)),
  ];
}

function problemsOf(entity: FacetEntity, facets: Readonly<Record<string, unknown>> = {}): string[] {
  return Object.entries(facets).flatMap(([name, body]) => {
    const standard = FACET_SCHEMAS[entity].get(name);
    if (standard === undefined) return [];
    const validate = validatorAt(standard.schemaUrl);
    return validate(body) ? [] : [`${entity}.${name}: ${ajv.errorsText(validate.errors)}`];
  });
}
