import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { ConfigurationError, EmissionError, InvalidEventError } from '../errors.js';
import { eventOf } from '../testing/events.js';
import { failureOf } from '../testing/failure-of.js';
import { answer, type LineageServer, type Reply, startServer } from '../testing/lineage-server.js';
import { HttpTransport } from './http.js';
import type { HttpTransportOptions } from './http-options.js';

const retry = { baseDelayMs: 1, maxDelayMs: 2 };
const event = eventOf('clean');

async function withServer(
  reply: Reply,
  options: Partial<HttpTransportOptions>,
  check: (transport: HttpTransport, server: LineageServer) => Promise<void>,
): Promise<void> {
  const server = await startServer(reply);
  const transport = new HttpTransport({ url: server.url, retry, ...options });
  try {
    await check(transport, server);
  } finally {
    await transport.close();
    await server[Symbol.asyncDispose]();
  }
}

test('an event is posted as JSON to /api/v1/lineage with the bearer token and the given headers', async () => {
  const options = { token: 's3cret', headers: { 'X-Team': 'shop' } };
  await withServer(answer(201), options, async (transport, { requests }) => {
    await transport.emit(event);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/api/v1/lineage', body: event });
    expect(requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer s3cret',
      'x-team': 'shop',
    });
  });
});

test('without a token there is no authorization header', async () => {
  await withServer(answer(200), {}, async (transport, { requests }) => {
    await transport.emit(event);
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });
});

test('a compressed event says so and inflates to the same', async () => {
  await withServer(answer(200), { compression: 'gzip' }, async (transport, { requests }) => {
    await transport.emit(event);
    expect(requests[0]?.headers['content-encoding']).toBe('gzip');
    expect(requests[0]?.body).toEqual(event);
  });
});

test('a path in the url is kept, and an endpoint may bring a query', async () => {
  const server = await startServer(answer(200));
  const url = `${server.url}/gateway/`;
  await new HttpTransport({ url, endpoint: '/v2/lineage?tenant=a' }).emit(event);
  expect(server.requests[0]?.path).toBe('/gateway/v2/lineage?tenant=a');
  await server[Symbol.asyncDispose]();
});

test('429 and 5xx are tried again until the event is accepted', async () => {
  const statuses = [503, 429, 500, 200];
  const reply: Reply = (response, seen) => response.writeHead(statuses[seen - 1] ?? 200).end();
  await withServer(reply, {}, async (transport, { requests }) => {
    await transport.emit(event);
    expect(requests.map(({ body }) => body)).toEqual([event, event, event, event]);
  });
});

test('a connection that breaks is tried again, with a new token and headers each time', async () => {
  const reply: Reply = (response, seen) => (seen === 1 ? response.destroy() : response.end());
  let asked = 0;
  const options = { token: async () => `t${++asked}`, headers: () => ({ 'x-try': String(asked) }) };
  await withServer(reply, options, async (transport, { requests }) => {
    await transport.emit(event);
    expect(requests.map(({ headers }) => headers['x-try'])).toEqual(['1', '2']);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t2']);
  });
});

test('the tries end, and the error says the last status and the beginning of the body', async () => {
  await withServer(
    answer(503, `down ${'x'.repeat(1_000)}`),
    { retry: { ...retry, maxAttempts: 3 }, endpoint: 'in?key=s3cret' },
    async (transport, server) => {
      const error = await failureOf(EmissionError, transport.emit(event));
      expect(server.requests).toHaveLength(3);
      expect(error).toMatchObject({ transport: 'http', attempts: 3, status: 503, retryable: true });
      expect(error.target).toBe(`${server.url}/in`);
      expect(error.bodyExcerpt).toHaveLength(500);
      expect(error.message).toMatch(/after 3 attempts: HTTP 503: down x/);
      expect(error.message).not.toContain('s3cret');
    },
  );
});

test.each([400, 401, 404, 413, 422])('status %i is final at once', async (status) => {
  await withServer(
    answer(status, '{"error":"eventTime is missing"}'),
    {},
    async (transport, { requests }) => {
      const error = await failureOf(EmissionError, transport.emit(event));
      expect(requests).toHaveLength(1);
      expect(error).toMatchObject({ attempts: 1, status, retryable: false });
      expect(error.message).toContain('eventTime is missing');
    },
  );
});

test('a redirect is not followed, as the event would be lost on the way, and the error names its target', async () => {
  const redirect = answer(302, '', { location: '/elsewhere' });
  await withServer(redirect, {}, async (transport, { requests }) => {
    const error = await failureOf(EmissionError, transport.emit(event));
    expect(requests).toHaveLength(1);
    expect(error.message).toContain('a redirect to /elsewhere');
  });
});

test('a wait that the server asks for beyond the limit ends the tries', async () => {
  await withServer(answer(429, '', { 'retry-after': '3600' }), {}, async (transport, { requests }) => {
    expect(await failureOf(EmissionError, transport.emit(event))).toMatchObject({ status: 429, attempts: 1 });
    expect(requests).toHaveLength(1);
  });
});

describe('a server that hangs', () => {
  const options = { timeoutMs: 50, retry: { ...retry, maxAttempts: 2 } };

  test.each<[string, Reply]>([
    ['before it answers', () => undefined],
    ['in the middle of its answer', (response) => response.writeHead(200).write('{')],
  ])('%s is given up after the timeout, each time', async (_, reply) => {
    await withServer(reply, options, async (transport, { requests }) => {
      const error = await failureOf(EmissionError, transport.emit(event));
      expect(requests).toHaveLength(2);
      expect(error).toMatchObject({ attempts: 2, status: undefined, retryable: true });
      expect(error.message).toContain('no answer within 50 ms');
    });
  });

  test('does not hold up close: what is under way fails and says why', async () => {
    await withServer(
      () => undefined,
      {},
      async (transport) => {
        const emitted = failureOf(EmissionError, transport.emit(event));
        await transport.close();
        expect((await emitted).message).toContain('the client was closed');
      },
    );
  });
});

test('a refused connection is named by its code', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  const transport = new HttpTransport({
    url: `http://127.0.0.1:${port}`,
    retry: { ...retry, maxAttempts: 2 },
  });
  const error = await failureOf(EmissionError, transport.emit(event));
  expect(error.message).toContain('ECONNREFUSED');
  expect(error.retryable).toBe(true);
});

test('two hundred events at once all arrive', async () => {
  await withServer(answer(200), {}, async (transport, { requests }) => {
    const events = Array.from({ length: 200 }, (_, index) => eventOf(`job${index}`));
    await Promise.all(events.map((each) => transport.emit(each)));
    expect(new Set(requests.map(({ body }) => body))).toEqual(new Set(events));
  });
});

test('an event that JSON cannot hold is refused before anything is sent', async () => {
  await withServer(answer(200), {}, async (transport, { requests }) => {
    const facets = { big: { _producer: 'urn:p', _schemaURL: 'urn:s', n: 1n } };
    const bad = { ...event, job: { ...event.job, facets } };
    expect((await failureOf(InvalidEventError, transport.emit(bad))).field).toBe('event');
    expect((await failureOf(InvalidEventError, transport.emitBatch([event, bad]))).field).toBe('events[1]');
    expect(requests).toHaveLength(0);
  });
});

test.each<[string, Partial<HttpTransportOptions>]>([
  ['url', { url: 'lineage.example' }],
  ['url', { url: 'ftp://lineage.example' }],
  ['url', { url: 'https://user:s3cret@lineage.example' }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['timeoutMs', { timeoutMs: 1.5 }],
  ['retry.maxAttempts', { retry: { maxAttempts: 0 } }],
  ['maxBatchEvents', { maxBatchEvents: 10_001 }],
  ['compression', { compression: 'br' as never }],
  ['headers', { headers: { 'bad name': 's3cret' } }],
])('a bad %s is refused by that name, without showing a secret', (field, options) => {
  const make = () => new HttpTransport({ url: 'https://lineage.example', ...options });
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(expect.objectContaining({ field, message: expect.not.stringContaining('s3cret') }));
});
