import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { inSpan } from '../../../platform/tracing/index.js';
import { traceS3 } from './trace-s3.js';

const exporter = new InMemorySpanExporter();
const arrived: IncomingHttpHeaders[] = [];
const server = createServer((request, response) => {
  arrived.push(request.headers);
  response.writeHead(request.url!.includes('missing') ? 404 : 403).end();
}).listen(0, '127.0.0.1');
let client: S3Client;

beforeAll(async () => {
  if (!server.listening) await once(server, 'listening');
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  client = new S3Client({
    ...{ region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'very-secret' },
  });
  traceS3(client);
});
afterAll(() => {
  client.destroy();
  server.close();
  for (const api of [trace, propagation, context]) api.disable();
});

test('a call carries the context of its own span, outside of its signature', async () => {
  const head = (Key: string) =>
    client.send(new HeadObjectCommand({ Bucket: 'b', Key })).catch(() => undefined);
  await inSpan('work', {}, async () => {
    await head('missing');
    await head('forbidden');
  });
  const [missing, forbidden, work] = exporter.getFinishedSpans();
  expect([missing!.name, forbidden!.name]).toEqual(['S3 HeadObject', 'S3 HeadObject']);
  for (const span of [missing!, forbidden!]) expect(span.parentSpanContext).toEqual(work!.spanContext());
  expect(arrived.map(({ traceparent }) => traceparent)).toEqual(
    [missing!, forbidden!].map((span) => `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`),
  );
  for (const { authorization } of arrived) expect(authorization).not.toContain('traceparent');
  // That a key is not there is an answer, and no failure.
  expect([missing!.status.code, forbidden!.status.code]).toEqual([0, 2]);
  expect(JSON.stringify([missing!.attributes, forbidden!.attributes])).not.toMatch(/secret|missing|AKIA/);
});

test('without tracing a call carries nothing', async () => {
  for (const api of [trace, propagation, context]) api.disable();
  await client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'missing' })).catch(() => undefined);
  expect(arrived.at(-1)).not.toHaveProperty('traceparent');
});
