import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type CollectedSpan, spansOfJson, spansOfProtobuf } from './otlp.js';

/** What stands where an OpenTelemetry collector would: takes OTLP over HTTP, in protobuf and JSON, and keeps what arrives. */
export interface TraceCollector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  /** Media types that arrived. */
  readonly mediaTypes: ReadonlySet<string>;
  /** Request headers of the exports. */
  readonly headers: readonly NodeJS.Dict<string | string[]>[];
  stop(): Promise<void>;
}

export async function startTraceCollector(): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const mediaTypes = new Set<string>();
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const mediaType = request.headers['content-type'] ?? '';
    mediaTypes.add(mediaType);
    headers.push(request.headers);
    const isTraces = request.method === 'POST' && request.url === '/v1/traces';
    if (isTraces) spans.push(...(mediaType.includes('json') ? spansOfJson(body) : spansOfProtobuf(body)));
    response.writeHead(isTraces ? 200 : 404, { 'content-type': mediaType });
    response.end(mediaType.includes('json') ? '{}' : '');
  };
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ spans, mediaTypes, headers },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
