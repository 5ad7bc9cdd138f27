import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const DEMO = path.resolve('examples/penguins/demo.mjs');
const TIMEOUT_MS = 60_000;

let cairn: TestCairn;
/** What the demo printed, played twice. */
const outputs: string[] = [];

beforeAll(async () => {
  cairn = await startTestCairn();
  const env = { ...process.env, CAIRN_URL: cairn.url, CAIRN_ADMIN_TOKEN: cairn.adminToken };
  for (let play = 0; play < 2; play++)
    outputs.push((await promisify(execFile)(process.execPath, [DEMO], { env, timeout: TIMEOUT_MS })).stdout);
}, 2 * TIMEOUT_MS);
afterAll(() => cairn.stop());

describe('the journey of the penguins', () => {
  test('leads from the raw file to the species of real penguins', () => {
    expect(outputs[0]).toContain('rows 344 → 342');
    expect(outputs[0]).toMatch(/training run [\w-]+ succeeded with exit code 0/);
    for (const species of ['Adelie', 'Chinstrap', 'Gentoo'])
      expect(outputs[0]).toMatch(new RegExp(`→ ${species} \\(\\d+ %\\)`));
  });

  test('tells which endpoint serves what was trained on them', () => {
    expect(outputs[0]).toMatch(/endpoint penguin-species serves penguin-species@[0-9a-f]{8}/);
  });

  test('shows the analyst a denial by name, and nodes without a name', () => {
    expect(outputs[0]).toContain('denied by PENGUINS-NO-PII');
    expect(outputs[0]).toMatch(/\(opaque [0-9a-f]{6}\) → dataset penguins/);
  });

  test('can be played again and adds a model version and a revision', async () => {
    expect(outputs[1]).toContain('penguins: raw, cleaned, merged and tagged v1 (already there)');
    const { repository, endpoint } = await cairn.ask(
      `{ repository(name: "penguin-species") { log { nodes { id } } } endpoint(name: "penguin-species") { revision { number commitId } } }`,
    );
    const [newest, , first] = repository.log.nodes;
    expect(first).toBeDefined();
    expect(endpoint.revision).toMatchObject({ number: 2, commitId: newest.id });
  });
});
