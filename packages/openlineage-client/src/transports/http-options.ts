import { ConfigurationError } from '../errors.js';
import type { RetryPolicy } from './retry.js';

/** How events are sent over HTTP. */
export interface HttpTransportOptions {
  /** the server's address, http or https, without credentials; a path in it is kept, e.g. `https://host/lineage-api` */
  readonly url: string;
  /** path under `url` that takes one event; default `api/v1/lineage` */
  readonly endpoint?: string;
  /** path under `url` that takes a list of events; default `<endpoint>/batch` */
  readonly batchEndpoint?: string;
  /** bearer token, or what gives one; asked before every try, so that it may be renewed */
  readonly token?: string | (() => string | Promise<string>);
  /** further headers of every request, or what gives them; asked before every try, e.g. for a trace context */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** default none */
  readonly compression?: 'gzip';
  /** for one try, from connecting to the end of the answer; 1–600,000, default 5,000 */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  /** events in one batch request; longer lists are sent in parts; 1–10,000, default 500 */
  readonly maxBatchEvents?: number;
  /** uncompressed size of one batch request; a larger single event is sent alone; default 4 MiB */
  readonly maxBatchBytes?: number;
}

/** The options with their defaults, checked. */
export interface HttpSettings {
  readonly eventUrl: string;
  readonly batchUrl: string;
  readonly token: () => Promise<string | undefined>;
  readonly headers: () => Readonly<Record<string, string>>;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly maxBatchEvents: number;
  readonly maxBatchBytes: number;
}

const MIB = 1024 * 1024;

/** @throws {ConfigurationError} naming the option and the rule it breaks */
export function httpSettings(options: HttpTransportOptions): HttpSettings {
  const root = serverUrl(options.url);
  const { endpoint = 'api/v1/lineage', retry = {} } = options;
  const {
    batchEndpoint = `${endpoint.replace(/\/+$/, '')}/batch`,
    token,
    compression,
    headers = {},
  } = options;
  if (compression !== undefined && compression !== 'gzip') {
    throw new ConfigurationError('compression', 'must be "gzip" or absent');
  }
  return {
    eventUrl: under(root, endpoint),
    batchUrl: under(root, batchEndpoint),
    token: async () => (typeof token === 'function' ? token() : token),
    headers: typeof headers === 'function' ? () => headersOf(headers()) : constant(headersOf(headers)),
    gzip: compression === 'gzip',
    timeoutMs: within('timeoutMs', options.timeoutMs, 5_000, 1, 600_000),
    retry: {
      maxAttempts: within('retry.maxAttempts', retry.maxAttempts, 5, 1, 100),
      baseDelayMs: within('retry.baseDelayMs', retry.baseDelayMs, 300, 0, 600_000),
      maxDelayMs: within('retry.maxDelayMs', retry.maxDelayMs, 10_000, 0, 600_000),
      maxRetryAfterMs: within('retry.maxRetryAfterMs', retry.maxRetryAfterMs, 60_000, 0, 86_400_000),
    },
    maxBatchEvents: within('maxBatchEvents', options.maxBatchEvents, 500, 1, 10_000),
    maxBatchBytes: within('maxBatchBytes', options.maxBatchBytes, 4 * MIB, 1, 1024 * MIB),
  };
}

function serverUrl(text: string): URL {
  if (!URL.canParse(text)) throw new ConfigurationError('url', 'must be an absolute http or https address');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ConfigurationError('url', `must be http or https, not ${url.protocol}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigurationError('url', 'must not hold credentials; use "token" or "headers"');
  }
  return url;
}

function under(root: URL, path: string): string {
  const url = new URL(root);
  const [pathname = '', query] = path.split('?', 2);
  url.pathname = `${root.pathname.replace(/\/+$/, '')}/${pathname.replace(/^\/+/, '')}`;
  if (query !== undefined) url.search = query;
  url.hash = '';
  return url.href;
}

const constant =
  <T>(value: T) =>
  () =>
    value;

function headersOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(new Headers(headers));
  } catch {
    throw new ConfigurationError('headers', 'must hold valid names and values only');
  }
}

function within(
  field: string,
  value: number | undefined,
  fallback: number,
  min: number,
  max: number,
): number {
  const found = value ?? fallback;
  if (!Number.isInteger(found) || found < min || found > max) {
    throw new ConfigurationError(field, `must be a whole number from ${min} to ${max}, not ${found}`);
  }
  return found;
}
