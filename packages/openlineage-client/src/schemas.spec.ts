import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { CORE_SCHEMA, FACET_DOCUMENTS } from './generated/schemas.js';
import { FACET_SCHEMAS } from './schemas.js';
import { isValidEvent, validatorAt } from './testing/validation.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const facets = Object.values(FACET_SCHEMAS).flatMap((byName) => [...byName.values()]);
const signature = { _producer: 'https://example.org/p', _schemaURL: 'https://example.org/s' };

test('the core schema is 2-0-2', () => {
  expect(CORE_SCHEMA.$id).toBe('https://openlineage.io/spec/2-0-2/OpenLineage.json');
});

test('every schema file is exported, each under an address of its own', () => {
  const files = readdirSync(path('../schemas/facets'));
  const read = files.map((name): unknown =>
    JSON.parse(readFileSync(path(`../schemas/facets/${name}`), 'utf8')),
  );
  expect(FACET_DOCUMENTS).toHaveLength(38);
  expect(new Set(FACET_DOCUMENTS)).toEqual(new Set(read));
  expect(new Set(FACET_DOCUMENTS.map(({ $id }) => $id)).size).toBe(38);
});

test('every facet document is reached by an entity and a key', () => {
  expect(new Set(facets.map(({ document }) => document))).toEqual(new Set(FACET_DOCUMENTS));
});

test('the generated files are what the schemas give', () => {
  const run = () =>
    execFileSync(process.execPath, [path('../scripts/generate.mjs'), '--check'], { stdio: 'pipe' });
  expect(run).not.toThrow();
});

describe.each(facets.map((facet) => [`${facet.entity}.${facet.name}`, facet] as const))('%s', (_, facet) => {
  test('compiles, and refuses a facet without its producer', () => {
    const validate = validatorAt(facet.schemaUrl);
    expect(validate({ _schemaURL: signature._schemaURL })).toBe(false);
    expect(validate.errors).toContainEqual(
      expect.objectContaining({ params: { missingProperty: '_producer' } }),
    );
  });
});

test.each<[string, string, object, boolean]>([
  ['job', 'sql', { query: 'SELECT 1' }, true],
  ['job', 'sql', {}, false],
  ['run', 'parent', { run: { runId: 'x' }, job: { namespace: 'a', name: 'b' } }, false],
  ['run', 'nominalTime', { nominalStartTime: '2026-01-02T00:00:00Z' }, true],
  ['run', 'nominalTime', { nominalStartTime: 'yesterday' }, false],
  ['dataset', 'lifecycleStateChange', { lifecycleStateChange: 'RENAME' }, true],
  ['dataset', 'lifecycleStateChange', { lifecycleStateChange: 'MOVE' }, false],
  ['dataset', 'columnLineage', { fields: { a: { inputFields: [{ namespace: 'n', name: 'm' }] } } }, false],
  ['inputDataset', 'subset', { inputCondition: { type: 'location', locations: ['a'] } }, true],
  ['inputDataset', 'subset', { inputCondition: { type: 'elsewhere', locations: ['a'] } }, false],
  ['job', 'lineage', { entries: [{ type: 'JOB', namespace: 'a', inputs: [] }] }, false],
  ['job', 'lineage', { entries: [{ type: 'DATASET', namespace: 'a', name: 'b', inputs: [] }] }, true],
  ['run', 'executionParameters', { parameters: [{ key: 'k', colour: 'red' }] }, false],
])('%s.%s %j: valid is %s', (entity, name, body, valid) => {
  const facet = facets.find((candidate) => candidate.entity === entity && candidate.name === name);
  expect(validatorAt(facet?.schemaUrl ?? '')({ ...signature, ...body })).toBe(valid);
});

test('an event with neither run, job nor dataset is none', () => {
  expect(isValidEvent({ eventTime: '2026-01-02T00:00:00Z', producer: 'urn:p', schemaURL: 'urn:s' })).toBe(
    false,
  );
});
