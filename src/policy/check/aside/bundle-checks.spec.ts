import { setImmediate as afterOthers } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { BundleFile } from '../../bundle/bundle.js';
import { loadBundle } from '../../bundle/load-bundle.js';
import { MODEL_CONF } from '../../bundle/model-conf.js';
import { PolicyBundleError } from '../../bundle/policy-bundle-error.js';
import { CompiledPolicy } from '../../decision/compiled-policy.js';
import { LivePolicy } from '../../live-policy.js';
import { STARTING_FILES } from '../../toolkit/index.js';
import { inspectBundle } from '../inspect-bundle.js';
import { BundleChecks, CheckStoppedError } from './bundle-checks.js';
import { CheckLostError, CheckThread } from './check-thread.js';

const opened: (BundleChecks | CheckThread)[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await ('close' in each ? each.close() : each.onModuleDestroy());
});

function checksOver(live: LivePolicy): BundleChecks {
  const checks = new BundleChecks(live);
  opened.push(checks);
  return checks;
}

function answering(): LivePolicy {
  const live = new LivePolicy();
  live.swap(new CompiledPolicy(loadBundle(STARTING_FILES)));
  return live;
}

const policyOf = (lines: readonly string[]): readonly BundleFile[] => [
  { path: 'model.conf', text: MODEL_CONF },
  { path: 'policy.csv', text: lines.join('\n') },
];

describe('files that are checked beside', () => {
  it('are accepted and inspected as they are where it is done', async () => {
    const checks = checksOver(answering());
    const { bundle, warnings } = await checks.accept(STARTING_FILES);
    expect([bundle.version, warnings]).toEqual([loadBundle(STARTING_FILES).version, 0]);
    expect(await checks.inspect(STARTING_FILES)).toEqual(await inspectBundle(STARTING_FILES, 10_000));
    expect(await checks.inspect([])).toMatchObject({ version: undefined, questions: 0 });
  });

  it.each([
    ['what the loader refuses', policyOf(['p, A, *, *, **, raed, *, -, allow']), 'action'],
    ['what lint refuses', policyOf(['p, A, *, *, **, *, *, -, allow']), 'everybody'],
    [
      'what the tests refuse',
      STARTING_FILES.map(({ path, text }) => ({
        path,
        text: text.replace('read, sha256', 'read, hmac'),
      })),
      'case',
    ],
  ])('are refused for %s', async (_, files, rule) => {
    for (const live of [answering(), new LivePolicy()]) {
      const refusal = await checksOver(live)
        .accept(files)
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(PolicyBundleError);
      expect((refusal as PolicyBundleError).problems[0]).toMatchObject({ rule });
    }
  });

  it('keep no decision waiting', async () => {
    const live = answering();
    const lines = Array.from(
      { length: 3_000 },
      (_, index) => `p, R-${index}, role:r${index % 30}, *, dataset/${index}*, read, *, -, allow`,
    );
    const links = Array.from({ length: 30 }, (_, index) => `g, user:u${index}, role:r${index}, *, -, -`);
    let isDone = false;
    const accepting = checksOver(live)
      .accept(policyOf([...lines, ...links]))
      .finally(() => (isDone = true));
    let answered = 0;
    while (!isDone) {
      const asked = {
        subject: 'user:a',
        action: 'read',
        namespace: 'acme',
        kind: 'dataset',
        name: 'x',
        tags: [],
      } as const;
      live.current.decide({ ...asked, context: { now: new Date() } });
      answered += 1;
      await afterOthers();
    }
    expect((await accepting).bundle.rules).toHaveLength(3_000);
    expect(answered).toBeGreaterThan(100);
  });

  it('are not checked any more when the service stops', async () => {
    const checks = checksOver(answering());
    const asked = [
      checks.accept(STARTING_FILES),
      checks.inspect(STARTING_FILES),
      checks.accept(STARTING_FILES),
    ];
    const answers = Promise.allSettled(asked);
    await checks.onModuleDestroy();
    for (const answer of await answers)
      expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(CheckStoppedError) });
  });
});

it('a task that takes too long costs the thread, and the next one gets another', async () => {
  const thread = new CheckThread(1);
  opened.push(thread);
  const late = thread.run({ kind: 'check', files: STARTING_FILES });
  await expect(late).rejects.toThrow(new CheckLostError('it takes more than 1 ms'));
  const other = new CheckThread(20_000);
  opened.push(other);
  const broken = other.run({ kind: 'inspect', files: undefined as unknown as [], mutationMs: 1 });
  await expect(broken).rejects.toThrow(CheckLostError);
  expect(await other.run({ kind: 'check', files: STARTING_FILES })).toEqual([]);
});
