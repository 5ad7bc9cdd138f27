import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  badBundle,
  DAMAGES,
  type Good,
  goodBundle,
  OURS,
  policyOf,
  SUBJECTS,
} from './support/reloads/bundles.js';
import { Model } from './support/reloads/model.js';
import { Dice } from './support/faults/dice.js';
import { WatchedFolder } from './support/reloads/watched-folder.js';
import { Replicas } from './support/replicas.js';

const SEED = Number(process.env['RELOADS_SEED'] ?? randomInt(1, 1_000_000_000));
const ROUNDS = Number(process.env['RELOADS_ROUNDS'] ?? 6);
const IS_SHOWN = process.env['RELOADS_SHOW'] === '1';
const POLL_MS = Number(process.env['RELOADS_POLL_MS'] ?? 60);
/** Between two questions of one asker: the machine has the replicas to run, too. */
const BETWEEN_MS = 10;
/** In which all replicas must have what is live, with time for a machine that does other things too. */
const CONVERGENCE_LIMIT_MS = 5_000;

const KINDS = ['good', 'copied', 'applied', 'rolled back', 'race', 'bad', 'bad', 'bad', 'bad'] as const;
const STATUS =
  '{ policy { version generation since answering { version } lastOfSource { outcome refusal sourceRef } } }';
const APPLY = 'mutation($i: ApplyPolicyInput!) { applyPolicy(input: $i) { outcome refusal } }';
const ROLLBACK = 'mutation { rollbackPolicy(input: {reason: "reloads"}) { version } }';

const random = new Dice(SEED, 'reloads');
const folder = new WatchedFolder();
const model = new Model();
const counts = new Map<string, number>();
const convergenceMs: number[] = [];
const path: Good[] = [];
let sequence = 0;
let replicas: Replicas;
let isDone = false;
let asking: Promise<void>[] = [];

const next = (): Good => goodBundle(++sequence, random);
const status = async (place: number) => (await replicas.ask(place, STATUS)).policy;
const until = async (what: string, isSo: () => Promise<boolean>, limitMs = 20_000): Promise<void> => {
  const end = Date.now() + limitMs;
  while (!(await isSo())) {
    if (Date.now() > end)
      throw new Error(`seed ${SEED}: ${what} did not come to be: ${JSON.stringify(await status(0))}`);
    await pause(15);
  }
};
/** Waits until both replicas answer by it; takes the time since the pointer moved there. */
const converged = async (good: Good): Promise<void> => {
  await until(`version of ${good.sequence}`, async () => (await status(0)).version === good.version);
  const since = Date.parse((await status(0)).since);
  await until(`both replicas at ${good.sequence}`, async () =>
    (await Promise.all([0, 1].map(status))).every(({ answering }) => answering.version === good.version),
  );
  convergenceMs.push(Math.max(0, Date.now() - since));
  model.onlyAnswers(good);
};
const apply = async (place: number, good: Good) => {
  const [manifest, signature] = ['manifest.json', 'manifest.sig'].map((file) => good.contents.get(file));
  const i = { files: policyOf(good.contents), reason: 'reloads', manifest, signature };
  return (await replicas.ask(place, APPLY, { i })).applyPolicy as { outcome: string; refusal: string | null };
};

beforeAll(async () => {
  const first = next();
  folder.swap(first.contents);
  path.push(first);
  model.mayAnswer(first);
  replicas = await Replicas.start(2, {
    CAIRN_POLICY_DIR: folder.directory,
    CAIRN_POLICY_POLL_MS: String(POLL_MS),
    CAIRN_POLICY_PUBLIC_KEYS: OURS.publicKey
      .export({ format: 'der', type: 'spki' })
      .subarray(-32)
      .toString('base64'),
    CAIRN_POLICY_APPLY: 'true',
  });
  const event = {
    ...{ eventType: 'COMPLETE', eventTime: new Date().toISOString(), producer: 'urn:test' },
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    ...{ run: { runId: '01890000-0000-7000-8000-000000000001' }, job: { namespace: 'jobs', name: 'j' } },
    outputs: [{ namespace: 'postgres://db', name: 'orders' }],
  };
  expect((await replicas.post(0, '/api/v1/lineage', event)).status).toBe(201);
  const { assets } = await replicas.ask(
    0,
    '{ assets(first: 10, filter: {kinds: [dataset]}) { nodes { id } } }',
  );
  const explain = `query($id: ID!) { ${SUBJECTS.map((subject, at) => `s${at}: explainAccess(action: "list", assetId: $id, subject: "${subject}") { allowed rules bundleVersion }`).join(' ')} }`;
  const tokens: string[] = [];
  for (const subject of SUBJECTS) {
    const [kind, name] = subject.split(':');
    await replicas.ask(0, 'mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }', {
      i: { kind, name },
    });
    const issue = 'mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret } }';
    tokens.push((await replicas.ask(0, issue, { i: { subject, label: 'reloads' } })).issueToken.secret);
  }
  const ask = async (place: number): Promise<void> => {
    while (!isDone) {
      const askedMs = Date.now();
      const answers = await replicas.ask(place, explain, { id: assets.nodes[0].id });
      for (const [at, subject] of SUBJECTS.entries()) {
        const { bundleVersion, ...answer } = answers[`s${at}`];
        model.hear(subject, bundleVersion, answer, askedMs);
      }
      await pause(BETWEEN_MS);
    }
  };
  const list = async (place: number): Promise<void> => {
    for (let turn = place; !isDone; turn++) {
      const at = turn % SUBJECTS.length;
      const askedMs = Date.now();
      const response = await replicas.post(
        place,
        '/graphql',
        { query: '{ assets(first: 5) { nodes { id } } }' },
        tokens[at],
      );
      const { data } = (await response.json()) as any;
      model.see(SUBJECTS[at]!, data.assets.nodes.length > 0, askedMs);
      await pause(BETWEEN_MS);
    }
  };
  asking = [ask(0), ask(1), ask(1), list(0), list(1)];
}, 60_000);
afterAll(async () => {
  isDone = true;
  await Promise.allSettled(asking);
  await replicas?.stop();
  folder.delete();
});

const rounds: Record<(typeof KINDS)[number], () => Promise<string>> = {
  good: async () => {
    const good = next();
    model.mayAnswer(good);
    folder.swap(good.contents);
    await converged(good);
    path.push(good);
    return 'good';
  },
  copied: async () => {
    const good = next();
    model.mayAnswer(good);
    await folder.copy(good.contents, random.below(POLL_MS * 2));
    await converged(good);
    path.push(good);
    return 'good, copied file by file';
  },
  applied: async () => {
    const good = next();
    model.mayAnswer(good);
    expect(await apply(random.below(2), good)).toEqual({ outcome: 'taken', refusal: null });
    await converged(good);
    path.push(good);
    return 'applied';
  },
  'rolled back': async () => {
    if (path.length < 2) return rounds.good();
    const target = path.at(-2)!;
    model.mayAnswer(target);
    const { version } = (await replicas.ask(random.below(2), ROLLBACK)).rollbackPolicy;
    expect(version).toBe(target.version);
    path.pop();
    await converged(target);
    return 'rolled back';
  },
  race: async () => {
    const goods = [next(), next(), next()];
    model.mayAnswer(...goods);
    const [first, second, last] = goods as [Good, Good, Good];
    const answers = await Promise.all([
      apply(0, first),
      apply(1, second),
      pause(random.below(30)).then(() => folder.swap(last.contents)),
    ]);
    for (const answer of answers.slice(0, 2))
      expect([
        { outcome: 'taken', refusal: null },
        { outcome: 'refused', refusal: 'replayed' },
      ]).toContainEqual(answer);
    await converged(last);
    // Which of the others were live on the way, the history knows.
    const { policy } = await replicas.ask(0, '{ policy { history(first: 3) { nodes { version } } } }');
    const versions: string[] = policy.history.nodes
      .map(({ version }: { version: string }) => version)
      .reverse();
    path.push(...versions.flatMap((version) => goods.find((good) => good.version === version) ?? []));
    return 'race of three';
  },
  bad: async () => {
    const damage = path.length > 1 ? random.of(DAMAGES) : 'unsigned';
    const { contents, refusal } = badBundle(damage, next(), path[random.below(path.length - 1)]!);
    const before = await status(0);
    if (random.below(4) === 0) {
      const [manifest, signature] = ['manifest.json', 'manifest.sig'].map((file) => contents.get(file));
      const i = { files: policyOf(contents), reason: 'reloads', manifest, signature };
      const { applyPolicy } = await replicas.ask(random.below(2), APPLY, { i });
      expect(applyPolicy).toEqual({ outcome: 'refused', refusal });
    } else {
      folder.swap(contents);
      await until(
        `refusal of a ${damage} one`,
        async () => (await status(0)).lastOfSource.refusal === refusal,
      );
    }
    const after = await status(1);
    expect([after.version, after.generation]).toEqual([before.version, before.generation]);
    return damage;
  },
};

test(
  `${ROUNDS} bundles, good and bad, reach two replicas under load: no answer is wrong`,
  async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const what = await rounds[random.of(KINDS)]();
      counts.set(what, (counts.get(what) ?? 0) + 1);
      expect(model.wrong.slice(0, 5)).toEqual([]);
      if (IS_SHOWN && (round + 1) % 50 === 0)
        process.stderr.write(
          `reloads: ${round + 1} of ${ROUNDS} bundles, ${model.answers} answers, none wrong …\n`,
        );
    }
    isDone = true;
    await Promise.all(asking);
    convergenceMs.sort((a, b) => a - b);
    const report = {
      ...{ seed: SEED, rounds: ROUNDS, pollMs: POLL_MS, handedIn: Object.fromEntries(counts) },
      ...{ answers: model.answers, lists: model.lists, wrong: model.wrong.length },
      convergence: {
        times: convergenceMs.length,
        p50Ms: convergenceMs[Math.floor(convergenceMs.length / 2)],
        maxMs: convergenceMs.at(-1),
      },
    };
    if (IS_SHOWN) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    expect(model.wrong).toEqual([]);
    expect(model.answers).toBeGreaterThan(ROUNDS);
    expect(convergenceMs.at(-1) ?? 0).toBeLessThanOrEqual(CONVERGENCE_LIMIT_MS);
  },
  60_000 + ROUNDS * 10_000,
);
