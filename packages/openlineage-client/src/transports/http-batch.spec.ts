import { expect, test } from '@jest/globals';
import { BatchEmissionError, EmissionError } from '../errors.js';
import { eventOf } from '../testing/events.js';
import { failureOf } from '../testing/failure-of.js';
import { answer, type LineageServer, type Reply, startServer } from '../testing/lineage-server.js';
import { HttpTransport } from './http.js';
import type { HttpTransportOptions } from './http-options.js';

const retry = { baseDelayMs: 1, maxDelayMs: 2, maxAttempts: 3 };
const events = ['a', 'b', 'c', 'd', 'e'].map(eventOf);

async function withServer(
  reply: Reply,
  options: Partial<HttpTransportOptions>,
  check: (transport: HttpTransport, server: LineageServer) => Promise<void>,
): Promise<void> {
  const server = await startServer(reply);
  try {
    await check(new HttpTransport({ url: server.url, retry, ...options }), server);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

const names = (body: unknown) => (body as { job: { name: string } }[]).map(({ job }) => job.name).join('');

function partial(...failures: { index: number; reason: string; retriable: boolean }[]): string {
  return JSON.stringify({ status: 'partial_success', failed_events: failures });
}

test('a batch is one request to /api/v1/lineage/batch, in order', async () => {
  await withServer(answer(204), { compression: 'gzip' }, async (transport, { requests }) => {
    await transport.emitBatch(events);
    expect(requests.map(({ path }) => path)).toEqual(['/api/v1/lineage/batch']);
    expect(requests[0]?.body).toEqual(events);
  });
});

test('an empty batch sends nothing', async () => {
  await withServer(answer(204), {}, async (transport, { requests }) => {
    await transport.emitBatch([]);
    expect(requests).toHaveLength(0);
  });
});

test('a long batch is sent in parts', async () => {
  await withServer(answer(200), { maxBatchEvents: 2 }, async (transport, { requests }) => {
    await transport.emitBatch(events);
    expect(requests.map(({ body }) => names(body))).toEqual(['ab', 'cd', 'e']);
  });
});

test('an event that the server refuses is reported by its place in the whole batch', async () => {
  const reply: Reply = (response, seen) => {
    response.end(seen === 2 ? partial({ index: 1, reason: 'job.name is too long', retriable: false }) : '');
  };
  await withServer(reply, { maxBatchEvents: 2 }, async (transport, { requests }) => {
    const error = await failureOf(BatchEmissionError, transport.emitBatch(events));
    expect(error).toMatchObject({ total: 5, unnamed: 0, cause: undefined });
    expect(error.failures).toEqual([{ index: 3, reason: 'job.name is too long', retryable: false }]);
    expect(error.message).toBe('1 of 5 events were not accepted. First: events[3]: job.name is too long');
    expect(requests).toHaveLength(3);
  });
});

test('events that the server refuses for now are sent again, and only those', async () => {
  const reply: Reply = (response, seen) => {
    const busy = (index: number) => ({ index, reason: 'busy', retriable: true });
    response.end(seen === 1 ? partial(busy(1), busy(3)) : seen === 2 ? partial(busy(1)) : '');
  };
  await withServer(reply, {}, async (transport, { requests }) => {
    await transport.emitBatch(events);
    expect(requests.map(({ body }) => names(body))).toEqual(['abcde', 'bd', 'd']);
  });
});

test('events refused for now to the end are reported beside those refused for good', async () => {
  const reply: Reply = (response, seen) => {
    const busy = { index: seen === 1 ? 3 : 0, reason: 'busy', retriable: true };
    response.end(seen === 1 ? partial({ index: 0, reason: 'bad', retriable: false }, busy) : partial(busy));
  };
  await withServer(reply, {}, async (transport, { requests }) => {
    const { failures } = await failureOf(BatchEmissionError, transport.emitBatch(events));
    expect(failures).toEqual([
      { index: 0, reason: 'bad', retryable: false },
      { index: 3, reason: 'busy', retryable: true },
    ]);
    expect(requests.map(({ body }) => names(body))).toEqual(['abcde', 'd', 'd']);
  });
});

test('failures that the server counts but does not name are an error, too', async () => {
  const body = JSON.stringify({
    status: 'partial_success',
    summary: { received: 5, successful: 3, failed: 2 },
  });
  await withServer(answer(200, body), {}, async (transport) => {
    const error = await failureOf(BatchEmissionError, transport.emitBatch(events));
    expect(error).toMatchObject({ failures: [], unnamed: 2 });
    expect(error.message).toContain('did not say which 2 of them failed');
  });
});

test('an answer too long to be read counts no event as accepted', async () => {
  await withServer(answer(200, 'x'.repeat(5 * 1024 * 1024)), {}, async (transport) => {
    const { failures } = await failureOf(BatchEmissionError, transport.emitBatch(events));
    expect(failures.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  });
});

test('after a part that fails as a whole no further part is sent, and every event is accounted for', async () => {
  const reply: Reply = (response, seen) => response.writeHead(seen === 1 ? 200 : 413).end('too large');
  await withServer(reply, { maxBatchEvents: 2 }, async (transport, { requests }) => {
    const error = await failureOf(BatchEmissionError, transport.emitBatch(events));
    expect(requests.map(({ body }) => names(body))).toEqual(['ab', 'cd']);
    expect(error.failures.map(({ index, retryable }) => [index, retryable])).toEqual([
      [2, false],
      [3, false],
      [4, true],
    ]);
    expect(error.cause).toBeInstanceOf(EmissionError);
    expect(error.cause).toMatchObject({ status: 413, bodyExcerpt: 'too large' });
    expect(error.message).toContain('HTTP 413: too large');
  });
});
