import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { z } from 'zod';
import * as shapes from './fixtures/marquez/shapes.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { recordedEvents } from './support/recorded-events.js';

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
}, 60_000);
afterAll(() => cairn.stop());

/** An answer that has Marquez's shape. */
async function get<Shape extends z.ZodType>(shape: Shape, route: string): Promise<any> {
  const response = await cairn.http(`/api/v1${route}`);
  expect([route, response.status]).toEqual([route, 200]);
  return shape.parse(await response.json());
}

test.each(['spark', 'airflow', 'dbt-duckdb', 'flink', 'trino'])(
  'what %s told is shown in the shapes of Marquez',
  async (producer) => {
    await cairn.http('/api/v1/lineage/batch', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(recordedEvents(producer).slice(0, 200)),
    });
    const { namespaces } = await get(shapes.namespaces, '/namespaces');
    expect(namespaces).not.toHaveLength(0);
    for (const { name } of namespaces) {
      const route = `/namespaces/${encodeURIComponent(name)}`;
      const { datasets } = await get(shapes.datasets, `${route}/datasets?limit=20`);
      const { jobs } = await get(shapes.jobs, `${route}/jobs?limit=20`);
      for (const one of datasets.slice(0, 8)) {
        const nodeId = encodeURIComponent(`dataset:${name}:${one.name}`);
        await get(shapes.datasetVersions, `${route}/datasets/${encodeURIComponent(one.name)}/versions`);
        await get(shapes.lineage, `/lineage?nodeId=${nodeId}&depth=2`);
        await get(shapes.columnLineage, `/column-lineage?nodeId=${nodeId}&withDownstream=true`);
      }
      for (const one of jobs.slice(0, 8))
        await get(shapes.runs, `${route}/jobs/${encodeURIComponent(one.name)}/runs`);
    }
  },
);
