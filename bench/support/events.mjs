import { randomUUID } from 'node:crypto';

const PRODUCER = 'https://example.org/bench';
const SCHEMA_URL = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const COLUMNS = ['id', 'customer_id', 'ordered_at', 'amount', 'currency', 'country', 'status', 'updated_at'];

const facet = (name, version, value) => ({
  _producer: PRODUCER,
  _schemaURL: `https://openlineage.io/spec/facets/${version}/${name}.json#/$defs/${name}`,
  ...value,
});

const schema = () =>
  facet('SchemaDatasetFacet', '1-2-0', { fields: COLUMNS.map((name) => ({ name, type: 'VARCHAR' })) });

/** Events as a warehouse sends them. `eventTime` counts up, so that every event says something newer than the one before. */
let clock = Date.UTC(2026, 0, 1);
const runEvent = (job, inputs, outputs, jobFacets = {}) => ({
  eventTime: new Date(clock++).toISOString(),
  eventType: 'COMPLETE',
  producer: PRODUCER,
  schemaURL: SCHEMA_URL,
  run: { runId: randomUUID() },
  job: { namespace: 'bench', name: job, facets: jobFacets },
  inputs,
  outputs,
});
const dataset = (name, facets = {}) => ({ namespace: 'postgres://bench:5432', name, facets });

/**
 * A run of one of 400 jobs: three inputs and an output with their schemas, the output's column lineage, and the job's SQL, padded so
 * that the event has the wanted size.
 * @param sizeBytes of its JSON, 4,000 at least
 * @returns {string} its JSON
 */
export function eventOfSize(random, sizeBytes) {
  const job = Math.floor(random() * 400);
  const inputs = [0, 1, 2].map((i) => dataset(`raw.orders_${(job * 3 + i) % 700}`, { schema: schema() }));
  const fields = Object.fromEntries(
    COLUMNS.map((name) => [
      name,
      {
        inputFields: [
          {
            namespace: inputs[0].namespace,
            name: inputs[0].name,
            field: name,
            transformations: [{ type: 'DIRECT', subtype: 'IDENTITY' }],
          },
        ],
      },
    ]),
  );
  const output = dataset(`mart.daily_${job}`, {
    schema: schema(),
    columnLineage: facet('ColumnLineageDatasetFacet', '1-2-0', { fields }),
  });
  const sql = (query) => ({ sql: facet('SQLJobFacet', '1-1-0', { query, dialect: 'postgres' }) });
  const json = JSON.stringify(runEvent(`daily.${job}`, inputs, [output], sql('')));
  const room = sizeBytes - Buffer.byteLength(json);
  if (room < 0) throw new RangeError(`an event needs ${sizeBytes - room} bytes, not ${sizeBytes}`);
  // Nothing in it is written otherwise in JSON.
  const select = `SELECT ${COLUMNS.map((name) => `o.${name}`).join(', ')} FROM raw.orders AS o WHERE o.status <> 'void' UNION ALL `;
  const query = select.repeat(Math.ceil(room / select.length)).slice(0, room);
  return json.replace('"query":""', `"query":"${query}"`);
}
