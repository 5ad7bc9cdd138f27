import { retryAfterMs } from './retry.js';

/** A POST and its bounds. */
export interface Exchange {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  readonly timeoutMs: number;
  /** ends the exchange early */
  readonly closing: AbortSignal;
}

/** What a server answered, whatever its status. */
export interface Answer {
  readonly status: number;
  /** at most 4 MiB */
  readonly body: string;
  /** whether the body was longer than that */
  readonly isTruncated: boolean;
  readonly retryAfterMs: number | undefined;
  /** where a redirect points to */
  readonly location: string | undefined;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/**
 * One POST. Redirects are not followed: a client that follows a 302 repeats it as a GET, and the event is lost.
 * @throws whatever `fetch` throws; on timeout and on closing an Error that says so
 */
export async function post(exchange: Exchange): Promise<Answer> {
  const abort = new AbortController();
  const stop = () => abort.abort(new Error('the client was closed'));
  const timer = setTimeout(
    () => abort.abort(new Error(`no answer within ${exchange.timeoutMs} ms`)),
    exchange.timeoutMs,
  );
  exchange.closing.addEventListener('abort', stop, { once: true });
  if (exchange.closing.aborted) stop();
  try {
    const response = await fetch(exchange.url, {
      method: 'POST',
      headers: exchange.headers,
      body: exchange.body,
      redirect: 'manual',
      signal: abort.signal,
    });
    return {
      status: response.status,
      ...(await readBody(response)),
      retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      location: response.headers.get('location') ?? undefined,
    };
  } finally {
    clearTimeout(timer);
    exchange.closing.removeEventListener('abort', stop);
  }
}

async function readBody(response: Response): Promise<Pick<Answer, 'body' | 'isTruncated'>> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MAX_BODY_BYTES) break;
  }
  const body = Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8');
  return { body, isTruncated: sizeBytes > MAX_BODY_BYTES };
}
