import { randomUUID } from 'node:crypto';

const FACET = { _producer: 'https://example.com', _schemaURL: 'https://example.com/facet.json' };

/** A run of a job of the namespace `etl` that has completed, as an OpenLineage event. @param change other parts of the event */
export function etlEvent(
  job: string,
  inputs: readonly object[],
  outputs: readonly object[],
  change: object = {},
): object {
  return {
    ...{ eventTime: '2026-03-01T10:00:00Z', eventType: 'COMPLETE', producer: 'https://example.com/etl' },
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: randomUUID() },
    job: { namespace: 'etl', name: job },
    ...{ inputs, outputs, ...change },
  };
}

export function dataset(namespace: string, name: string, facets: object = {}): object {
  return { namespace, name, facets };
}

/** The facets of a dataset of which each of some columns follows from that of the same name of another. */
export function columnsFrom(namespace: string, name: string, ...fields: string[]): object {
  const inputs = fields.map((field) => [field, { inputFields: [{ namespace, name, field }] }]);
  return { columnLineage: { ...FACET, fields: Object.fromEntries(inputs) as object } };
}
