import { expect, test } from '@jest/globals';
import { OpenLineageClient } from './client.js';
import { clientFromEnvironment } from './environment.js';
import { ClientClosedError, ConfigurationError, EmissionError } from './errors.js';
import { eventOf } from './testing/events.js';
import { failureOf } from './testing/failure-of.js';
import { answer, type LineageServer, type Reply, startServer } from './testing/lineage-server.js';
import { HttpTransport } from './transports/http.js';

const event = eventOf('clean');

async function withServer(reply: Reply, check: (server: LineageServer) => Promise<void>): Promise<void> {
  const server = await startServer(reply);
  try {
    await check(server);
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

test('close waits for the events under way, and none is taken after it', async () => {
  const slow: Reply = (response) => void setTimeout(() => response.end(), 50);
  await withServer(slow, async ({ url, requests }) => {
    const client = new OpenLineageClient(new HttpTransport({ url }));
    let accepted = 0;
    const emitted = [client.emit(event), client.emitBatch([event])].map(async (each) => {
      await each;
      accepted += 1;
    });
    await client.close();
    expect(accepted).toBe(2);
    await Promise.all(emitted);
    await expect(client.emit(event)).rejects.toThrow(ClientClosedError);
    await client.close();
    expect(requests).toHaveLength(2);
  });
});

test('close with a limit gives up what a hanging server holds, by an error of its own', async () => {
  await withServer(
    () => undefined,
    async ({ url }) => {
      const client = new OpenLineageClient(new HttpTransport({ url, timeoutMs: 600_000 }));
      const emitted = failureOf(EmissionError, client.emit(event));
      await client.close(20);
      expect((await emitted).message).toContain('the client was closed');
    },
  );
});

test('a client waits as long as the server asks for, and close with a limit ends that pause', async () => {
  await withServer(answer(503, '', { 'retry-after': '3600' }), async ({ url, requests }) => {
    const retry = { maxRetryAfterMs: 86_400_000 };
    const client = new OpenLineageClient(new HttpTransport({ url, retry }));
    const emitted = failureOf(EmissionError, client.emit(event));
    await client.close(200);
    expect((await emitted).message).toContain('the client was closed');
    expect(requests).toHaveLength(1);
  });
});

test('the environment sets address, endpoint and key', async () => {
  await withServer(answer(200), async ({ url, requests }) => {
    const client = clientFromEnvironment({
      OPENLINEAGE_URL: ` ${url} `,
      OPENLINEAGE_ENDPOINT: 'v1/in',
      OPENLINEAGE_API_KEY: 'k3y',
    });
    await client.emit(event);
    await client.emitBatch([event]);
    expect(requests.map(({ path }) => path)).toEqual(['/v1/in', '/v1/in/batch']);
    expect(requests[0]?.headers.authorization).toBe('Bearer k3y');
  });
});

test('an empty endpoint and key count as absent', async () => {
  await withServer(answer(200), async ({ url, requests }) => {
    const env = { OPENLINEAGE_URL: url, OPENLINEAGE_ENDPOINT: '', OPENLINEAGE_API_KEY: '' };
    await clientFromEnvironment(env).emit(event);
    expect(requests[0]?.path).toBe('/api/v1/lineage');
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });
});

test('a disabled client sends nothing, whatever its address', async () => {
  await withServer(answer(200), async ({ url, requests }) => {
    const client = clientFromEnvironment({ OPENLINEAGE_URL: url, OPENLINEAGE_DISABLED: 'True' });
    await client.emit(event);
    await client.emitBatch([event]);
    await client.close();
    expect(requests).toHaveLength(0);
  });
});

test('a bad address in the environment is refused by the name of its variable', () => {
  const make = () => clientFromEnvironment({ OPENLINEAGE_URL: 'lineage.example' });
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(expect.objectContaining({ field: 'OPENLINEAGE_URL' }));
});
