import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { assertOutsideTransaction } from '../database/database.js';
import { ClusterGarbageError, ClusterRefusedError, ClusterSilentError } from './errors.js';

/** Pages of a list are some megabytes; an API server that sends more is not believed. */
const MAX_BODY_BYTES = 128 * 1024 ** 2;
const MAX_REFUSAL_BYTES = 64 * 1024;

/** A request. */
export interface ClusterRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** To be made by POST, as JSON; without one it is a GET. */
  readonly body?: object;
  /** Longest silence. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/**
 * Plain requests to the API server with the credentials of a KubeConfig, for what the client's own calls do not do: they wait for ever,
 * their models lose what they do not know, and the watch passes over lines that it cannot parse and never notices a dead connection.
 */
export class ClusterHttp {
  constructor(private readonly config: KubeConfig) {}

  /** A whole answer. @throws {ClusterRefusedError} @throws {ClusterGarbageError} @throws {ClusterSilentError} */
  async ask(request: ClusterRequest): Promise<unknown> {
    const text = await bodyOf(await this.open(request), MAX_BODY_BYTES);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new ClusterGarbageError(`${request.path} is no JSON: ${(error as Error).message.slice(0, 200)}`);
    }
  }

  /**
   * An answer as it comes, chunk by chunk; as slow as it is read.
   * @throws {ClusterRefusedError} @throws {ClusterSilentError}
   */
  async open({ path, query = {}, body, idleMs, signal }: ClusterRequest): Promise<IncomingMessage> {
    assertOutsideTransaction('a request to the cluster');
    const url = new URL(this.config.getCurrentCluster()!.server + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const options: RequestOptions = {};
    await this.config.applyToHTTPSOptions(options);
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      ...options,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...options.headers,
        ...{ accept: 'application/json', 'user-agent': 'cairn' },
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      signal,
    });
    request.setTimeout(idleMs, () => request.destroy(new ClusterSilentError(path, idleMs)));
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    // The request's error is the response's from here on.
    request.on('error', (error) => response.destroy(error));
    if (response.statusCode === 200 || response.statusCode === 201) return response;
    const said = await bodyOf(response, MAX_REFUSAL_BYTES);
    throw new ClusterRefusedError(
      response.statusCode!,
      messageIn(said) ?? `${path}: HTTP ${response.statusCode}`,
    );
  }
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw new ClusterGarbageError(`it is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Source: Kubernetes, meta/v1 Status. */
function messageIn(body: string): string | undefined {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === 'string' ? message.slice(0, 1_000) : undefined;
  } catch {
    return undefined;
  }
}
