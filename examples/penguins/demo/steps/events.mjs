import { readFileSync } from 'node:fs';
import path from 'node:path';
import { detail, done } from '../output.mjs';

const FOLDER = path.resolve(import.meta.dirname, '../../events');
const RECORDINGS = ['dbt', 'spark', 'airflow'];
const PRODUCER = 'https://example.org/cairn/examples/penguins';

/** Posts what other producers did: where the penguins came from, and recorded events of dbt, Spark and Airflow. */
export const events = {
  title: 'Other producers tell what they did, as OpenLineage events',
  async play(context) {
    const { pia, rawCommit } = context;
    const { isDuplicate } = await pia.post('/api/v1/lineage', importEvent(rawCommit));
    done('the import of the penguins from the npm package vega-datasets', !isDuplicate);
    for (const name of RECORDINGS) {
      const lines = readFileSync(path.join(FOLDER, `${name}.jsonl`), 'utf8')
        .trim()
        .split('\n');
      const {
        status,
        summary,
        failed_events: failed,
      } = await pia.post(
        '/api/v1/lineage/batch',
        lines.map((line) => JSON.parse(line)),
      );
      done(`${name}: ${summary.successful} of ${summary.received} recorded events taken (${status})`);
      for (const { index, reason } of failed.slice(0, 3)) detail(`event ${index}: ${reason}`);
    }
  },
};

/** The same commit gives the same event, so that posting it again changes nothing. */
function importEvent({ id, committedAt }) {
  const version = (datasetVersion) => ({
    version: {
      _producer: PRODUCER,
      _schemaURL:
        'https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet',
      datasetVersion,
    },
  });
  const hex = `${id.slice(0, 12)}5${id.slice(13, 16)}8${id.slice(17, 32)}`;
  return {
    eventType: 'COMPLETE',
    eventTime: committedAt,
    producer: PRODUCER,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') },
    job: { namespace: 'penguins-example', name: 'import-penguins' },
    inputs: [
      {
        namespace: 'https://registry.npmjs.org',
        name: 'vega-datasets/data/penguins.json',
        facets: version('3.2.1'),
      },
    ],
    outputs: [{ namespace: 'cairn', name: 'penguins', facets: version(id) }],
  };
}
