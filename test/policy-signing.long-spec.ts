import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestCairn, type TestCairn } from './support/cairn.js';
import { eventually } from './support/eventually.js';
import { PolicyFolder, signed, signingKey } from './support/policy-folder.js';

const STATUS = `{ policy { version generation isApplyOpen keys lastOfSource { outcome refusal findings { file check } }
  history(first: 5) { nodes { signedBy sequence source } } } }`;
const APPLY =
  'mutation($i: ApplyPolicyInput!) { applyPolicy(input: $i) { outcome refusal message findings { file check } } }';

const [ours, next, theirs] = [signingKey(), signingKey(), signingKey()];
const folder = new PolicyFolder();
const rule = (id: string) => `p, ${id}, user:probe, external, dataset/**, list, *, -, allow\n`;
const prove = (sequence: number, key = ours, files = folder.files()): void => {
  const { manifest, signature } = signed(files, sequence, key.privateKey);
  folder.write('manifest.json', manifest);
  folder.write('manifest.sig', signature);
};
const env = {
  CAIRN_POLICY_DIR: folder.directory,
  CAIRN_POLICY_POLL_MS: '60',
  CAIRN_POLICY_PUBLIC_KEYS: `${ours.publicKey}, ${next.publicKey}`,
  CAIRN_POLICY_APPLY: 'true',
};
let cairn: TestCairn;
beforeAll(async () => {
  prove(10);
  cairn = await startTestCairn(env);
});
afterAll(async () => {
  await cairn.stop();
  folder.delete();
});
const status = async () => (await cairn.ask(STATUS)).policy;
const refusal = (wanted: string) => eventually(status, (now) => now.lastOfSource.refusal === wanted);

test('a first start without a signature is refused', async () => {
  const unsigned = new PolicyFolder();
  await expect(startTestCairn({ ...env, CAIRN_POLICY_DIR: unsigned.directory })).rejects.toThrow(
    'files must be signed here, and there is no manifest.json',
  );
  unsigned.delete();
});

test('every way to damage a signed folder is refused by its name, and what is live goes on', async () => {
  const before = await status();
  expect(before.history.nodes[0]).toMatchObject({ sequence: 10, signedBy: before.keys[0] });
  folder.write('x.csv', rule('X-1'));
  expect((await refusal('unlisted-file')).lastOfSource.findings).toEqual([
    { file: 'x.csv', check: 'unlisted-file' },
  ]);
  prove(11);
  rmSync(path.join(folder.directory, 'manifest.sig'));
  await refusal('unsigned');
  prove(11, theirs);
  await refusal('signature');
  prove(11);
  const { signature } = signed(folder.files(), 11, ours.privateKey);
  folder.write('manifest.sig', signature.slice(0, 50));
  await refusal('signature');
  prove(
    11,
    ours,
    folder.files().filter(({ path: file }) => file !== 'roles.csv'),
  );
  await refusal('unlisted-file');
  prove(11, ours, [...folder.files(), { path: 'gone.csv', text: rule('G-1') }]);
  expect((await refusal('missing-file')).lastOfSource.findings).toEqual([
    { file: 'gone.csv', check: 'missing-file' },
  ]);
  prove(
    11,
    ours,
    folder.files().map((file) => (file.path === 'x.csv' ? { ...file, text: rule('X-2') } : file)),
  );
  await refusal('changed-file');
  const manifest = '{"format": 1, "sequence": 11}';
  const { sign } = await import('node:crypto');
  folder.write('manifest.json', manifest);
  folder.write('manifest.sig', sign(null, Buffer.from(manifest), ours.privateKey).toString('base64'));
  await refusal('manifest');
  expect(await status()).toMatchObject({ version: before.version, generation: before.generation });
});

test('a later signed folder is taken, an earlier one never again, nor a number twice', async () => {
  const { generation } = await status();
  const earlier = folder.files().filter(({ path: file }) => file !== 'x.csv');
  prove(12, next);
  await eventually(status, (now) => now.generation === generation + 1);
  rmSync(path.join(folder.directory, 'x.csv'));
  prove(10, ours, earlier);
  await refusal('replayed');
  prove(12, ours, earlier);
  await refusal('sequence-reused');
  prove(13, ours, earlier);
  await eventually(status, (now) => now.generation === generation + 2);
});

test('files that are applied must be signed as well', async () => {
  const files = [...folder.files(), { path: 'a.csv', text: rule('A-1') }];
  const apply = async (proof: object) =>
    (await cairn.ask(APPLY, { i: { files, reason: 'x', ...proof } })).applyPolicy;
  expect(await apply({})).toMatchObject({ outcome: 'refused', refusal: 'unsigned' });
  expect(await apply(signed(files, 14, theirs.privateKey))).toMatchObject({ refusal: 'signature' });
  expect(await apply(signed(files, 13, ours.privateKey))).toMatchObject({ refusal: 'sequence-reused' });
  expect(await apply(signed(files, 14, ours.privateKey))).toMatchObject({ outcome: 'taken' });
});

test('a rollback holds, and only a signature with a higher number undoes it', async () => {
  const before = await status();
  const { rollbackPolicy } = await cairn.ask(
    'mutation { rollbackPolicy(input: {reason: "x"}) { outcome version } }',
  );
  expect(rollbackPolicy.version).not.toBe(before.version);
  expect((await status()).history.nodes[0]).toMatchObject({ source: 'rollback', sequence: null });
  folder.write('a.csv', rule('A-1'));
  prove(15);
  expect((await eventually(status, (now) => now.generation === before.generation + 2)).version).toBe(
    before.version,
  );
});

test('what is stored is proven again as a start loads it', async () => {
  const { version } = await status();
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: cairn.databaseUrl });
  await client.connect();
  const forged = JSON.stringify([...folder.files(), { path: 'forged.csv', text: rule('F-1') }]);
  const { rows } = await client.query('SELECT files FROM policy_version WHERE version = $1', [version]);
  await expect(
    cairn.away(async () => {
      await client.query('UPDATE policy_version SET files = $2 WHERE version = $1', [version, forged]);
      writeFileSync(path.join(folder.directory, 'manifest.sig'), 'nothing');
    }),
  ).rejects.toThrow('forged.csv is not in the manifest');
  await client.query('UPDATE policy_version SET files = $2 WHERE version = $1', [
    version,
    JSON.stringify(rows[0].files),
  ]);
  await client.end();
  await cairn.restart().catch(() => undefined);
  expect((await status()).version).toBe(version);
});
