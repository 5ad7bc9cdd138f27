import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { ClusterGarbageError, ClusterHttp } from '../../../platform/kubernetes/index.js';
import { JsonLines } from './json-lines.js';
import { Reflector } from './reflector.js';
import { BEGIN, nextStep, type Outcome, type ReflectorState } from './reflector-state.js';
import { readWatchEvent } from './watch-event.js';

describe('the next step', () => {
  const list = (failures = 0): ReflectorState => ({ mode: 'list', failures, reason: 'start' });
  const watch = (failures = 0): ReflectorState => ({ mode: 'watch', failures, resourceVersion: '7' });
  test.each<[string, ReflectorState, Outcome, object, number]>([
    [
      'after a list is to watch',
      list(3),
      { type: 'listed', resourceVersion: '9' },
      { mode: 'watch', resourceVersion: '9', failures: 0 },
      0,
    ],
    [
      'after a watch in order is to watch on',
      watch(),
      { type: 'ended', resourceVersion: '9', isShort: false },
      { mode: 'watch', resourceVersion: '9' },
      0,
    ],
    [
      'after a watch that ended at once is to wait',
      watch(),
      { type: 'ended', resourceVersion: '9', isShort: true },
      { mode: 'watch', failures: 1 },
      250,
    ],
    [
      'after a version that is too old is to list',
      watch(),
      { type: 'expired' },
      { mode: 'list', reason: 'expired' },
      0,
    ],
    [
      'after a list that expired while it was read is to begin it anew',
      list(1),
      { type: 'expired' },
      { mode: 'list', reason: 'expired' },
      500,
    ],
    ['after garbage is to list', watch(), { type: 'garbage' }, { mode: 'list', reason: 'garbage' }, 250],
    [
      'after a broken connection is to watch on from where it was',
      watch(1),
      { type: 'broken', resourceVersion: '8' },
      { mode: 'watch', resourceVersion: '8', failures: 2 },
      500,
    ],
    [
      'after no connection is to watch on',
      watch(2),
      { type: 'broken' },
      { mode: 'watch', resourceVersion: '7', failures: 3 },
      1_000,
    ],
    [
      'after a server that is busy is to watch on',
      watch(),
      { type: 'refused', status: 429 },
      { mode: 'watch', failures: 1 },
      250,
    ],
    [
      'after a third refusal is to list',
      watch(2),
      { type: 'refused', status: 504 },
      { mode: 'list', reason: 'refused' },
      1_000,
    ],
    [
      'after a right was taken away is to list',
      watch(),
      { type: 'refused', status: 403 },
      { mode: 'list', reason: 'refused' },
      250,
    ],
    [
      'after a list without the right is to try again',
      list(9),
      { type: 'refused', status: 403 },
      { mode: 'list', reason: 'start' },
      8_000,
    ],
  ])('%s', (_, state, outcome, next, pauseMs) => {
    const step = nextStep(state, outcome, 1);
    expect(step.state).toMatchObject(next);
    expect(step.pauseMs).toBe(pauseMs);
    expect(nextStep(state, outcome, 0).pauseMs).toBe(pauseMs / 2);
  });

  test('begins with a list', () => expect(BEGIN).toMatchObject({ mode: 'list', reason: 'start' }));
});

describe('lines', () => {
  test('are whole however they are cut, in the middle of a letter too', () => {
    const bytes = Buffer.from('{"a":"ü€"}\n\n{"b":1}\n{"c"');
    for (let size = 1; size <= bytes.length; size++) {
      const lines = new JsonLines(100);
      const values: unknown[] = [];
      for (let from = 0; from < bytes.length; from += size)
        values.push(...lines.push(bytes.subarray(from, from + size)));
      expect(values).toEqual([{ a: 'ü€' }, { b: 1 }]);
    }
  });

  test('that are no JSON, or have no end, are refused', () => {
    expect(() => new JsonLines(100).push(Buffer.from('<html>\n'))).toThrow(ClusterGarbageError);
    expect(() => new JsonLines(10).push(Buffer.from('x'.repeat(11)))).toThrow(ClusterGarbageError);
  });

  test.each([null, 7, {}, { type: 'NEW', object: {} }, { type: 'ADDED', object: {} }, { type: 'BOOKMARK' }])(
    'that are no watch events are refused: %j',
    (line) => expect(() => readWatchEvent(line)).toThrow(ClusterGarbageError),
  );

  test('tell of an old version in either form', () => {
    for (const object of [{ code: 410 }, { reason: 'Expired' }, { reason: 'Gone' }])
      expect(readWatchEvent({ type: 'ERROR', object })).toEqual({ type: 'expired' });
    expect(readWatchEvent({ type: 'ERROR', object: { code: 500, message: 'etcd' } })).toEqual({
      ...{ type: 'error', status: 500, message: 'etcd' },
    });
    expect(readWatchEvent({ type: 'ERROR', object: null })).toMatchObject({ type: 'error', status: 500 });
  });
});

/** What the real server cannot be made to send. */
describe('a reflector', () => {
  const object = (name: string, resourceVersion: string) => ({
    metadata: { name, uid: name, resourceVersion },
  });
  const line = (type: string, about: object) => `${JSON.stringify({ type, object: about })}\n`;
  type Answer = (response: ServerResponse, request: IncomingMessage) => void;
  const page =
    (names: string[], resourceVersion: string, more?: string): Answer =>
    (response) =>
      void response.end(
        JSON.stringify({
          metadata: { resourceVersion, ...(more && { continue: more }) },
          items: names.map((name) => object(name, '1')),
        }),
      );
  const gone: Answer = (response) => {
    response.statusCode = 410;
    response.end(JSON.stringify({ message: 'the provided continue parameter is too old' }));
  };

  let server: Server;
  let http: ClusterHttp;
  let answers: Answer[] = [];
  let asked: string[] = [];
  let told: string[] = [];
  let stopping = new AbortController();

  beforeEach(async () => {
    [answers, asked, told, stopping] = [[], [], [], new AbortController()];
    server = createServer((request, response) => {
      asked.push(new URL(request.url!, 'http://x').search);
      const answer = answers.shift();
      if (answer) answer(response, request);
      else stopping.abort();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const config = new KubeConfig();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    config.loadFromClusterAndUser({ name: 'c', server: url, skipTLSVerify: true }, { name: 'u', token: 't' });
    http = new ClusterHttp(config);
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** Runs until the script has no more answers. */
  async function run(script: Answer[]): Promise<string[]> {
    answers = script;
    const say = (text: string) => async () => void told.push(text);
    const nameIn = (each: unknown) => (each as ReturnType<typeof object>).metadata.name;
    const reflector = new Reflector(
      http,
      { kind: 'Pod' },
      {
        ...{ listing: say('listing'), listed: say('listed') },
        present: async (objects) => void told.push(...objects.map((each) => `is ${nameIn(each)}`)),
        changed: async (changes) =>
          void told.push(...changes.map((each) => `${each.isGone ? 'gone' : 'now'} ${nameIn(each.object)}`)),
        trouble: () => undefined,
      },
    );
    await reflector.run(stopping.signal);
    return told;
  }

  test('lists page by page, then watches from there on, and goes on from the last bookmark', async () => {
    const watch: Answer = (response) => {
      response.write(line('ADDED', object('c', '11')) + line('DELETED', object('a', '12')));
      response.end(line('BOOKMARK', object('', '20')));
    };
    expect(await run([page(['a'], '10', 'next'), page(['b'], '10'), watch])).toEqual([
      ...['listing', 'is a', 'is b', 'listed', 'now c', 'gone a'],
    ]);
    expect(asked[1]).toContain('continue=next');
    expect(asked[2]).toMatch(/watch=true&allowWatchBookmarks=true&resourceVersion=10/);
    expect(asked[3]).toContain('resourceVersion=20');
  });

  test('begins a list anew whose next page has expired, and says nothing of the first as whole', async () => {
    expect(await run([page(['a'], '10', 'next'), gone, page(['b'], '11')])).toEqual([
      ...['listing', 'is a', 'listing', 'is b', 'listed'],
    ]);
  });

  test.each<[string, Answer]>([
    ['its version has expired', (response) => response.end(line('ERROR', { code: 410, reason: 'Expired' }))],
    ['its version has expired already', gone],
    ['garbage came', (response) => response.end(`${line('ADDED', object('b', '11'))}<html>\n`)],
    [
      'an event without a version came',
      (response) => response.end(line('ADDED', { metadata: { name: 'b' } })),
    ],
  ])('lists everything again when %s', async (_, watch) => {
    const seen = await run([page(['a'], '10'), watch, page(['a', 'b'], '12')]);
    expect(seen).toEqual(['listing', 'is a', 'listed', 'listing', 'is a', 'is b', 'listed']);
  });

  test('lists everything again after a third watch in a row that ends with an error', async () => {
    const error: Answer = (response) => response.end(line('ERROR', { code: 500, message: 'no' }));
    expect(await run([page(['a'], '10'), error, error, error, page(['b'], '3')])).toEqual([
      ...['listing', 'is a', 'listed', 'listing', 'is b', 'listed'],
    ]);
  });

  test('goes on from the last event when the connection breaks, within an event too', async () => {
    const breaks: Answer = (response) => {
      response.write(`${line('ADDED', object('b', '11'))}{"type":"ADDED","obj`, () =>
        setTimeout(() => response.destroy(), 50),
      );
    };
    expect(await run([page([], '10'), breaks])).toEqual(['listing', 'listed', 'now b']);
    expect(asked[2]).toContain('resourceVersion=11');
  });

  test('is refused by what is no list, and asks again', async () => {
    const html: Answer = (response) => response.end('<html>');
    const other: Answer = (response) => response.end('{"kind":"Status"}');
    expect(await run([html, other, page(['a'], '10')])).toEqual([
      ...['listing', 'listing', 'listing', 'is a', 'listed'],
    ]);
  });

  test('ends with what its sink throws', async () => {
    answers = [page(['a'], '10')];
    const sink = { listing: () => Promise.reject(new Error('away')) };
    await expect(new Reflector(http, { kind: 'Pod' }, sink as never).run(stopping.signal)).rejects.toThrow(
      'away',
    );
  });

  test('notices that nothing comes any more', async () => {
    const silent: Answer = (response) => void response.flushHeaders();
    answers = [silent];
    const reading = { path: '/x', query: {}, idleMs: 100, signal: stopping.signal };
    await expect(http.ask(reading)).rejects.toThrow('nothing came from /x');
    answers = [() => undefined];
    await expect(http.ask(reading)).rejects.toThrow('nothing came from /x');
  });
});
