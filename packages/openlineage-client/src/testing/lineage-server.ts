import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A request as the server got it. */
export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** the body, inflated when it came as gzip, parsed */
  readonly body: unknown;
}

/** What the server does with a request; `seen` counts from 1. */
export type Reply = (response: ServerResponse, seen: number, request: ReceivedRequest) => void;

/** A real HTTP server on a free port of the loopback interface. */
export interface LineageServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
}

/** Answers with a status, a body and headers. */
export function answer(status: number, body = '', headers: Record<string, string> = {}): Reply {
  return (response) => response.writeHead(status, headers).end(body);
}

/** Starts the server; disposing it ends all its connections. */
export async function startServer(reply: Reply): Promise<LineageServer> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      const { method, url: path, headers } = request;
      const body: unknown = text.length === 0 ? undefined : JSON.parse(text.toString('utf8'));
      const received = { method, path, headers, body };
      requests.push(received);
      reply(response, requests.length, received);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
