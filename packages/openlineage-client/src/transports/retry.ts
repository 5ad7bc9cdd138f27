/** When and how often a failed request is tried again. */
export interface RetryPolicy {
  /** tries in all, 1–100; default 5 */
  readonly maxAttempts: number;
  /** upper bound of the first pause; doubles each time; default 300 */
  readonly baseDelayMs: number;
  /** upper bound of any pause; default 10,000 */
  readonly maxDelayMs: number;
  /** longest wait that a server may ask for by Retry-After; a longer one ends the tries; default 60,000 */
  readonly maxRetryAfterMs: number;
}

/** 429 and 5xx: the same request may be accepted later. */
export function isRetryableStatus(status: number): boolean {
  return status === 429 || (status >= 500 && status <= 599);
}

/**
 * Reads a Retry-After header: seconds, or an HTTP date.
 * @returns milliseconds to wait from `now`, 0 or more; undefined when absent or unreadable
 */
export function retryAfterMs(header: string | null, now: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/**
 * The pause before the next try: random between 0 and a bound that doubles ("full jitter"), so that clients which
 * failed together do not come back together; never shorter than the server asked for.
 * @param attempt tries so far, from 1
 * @returns milliseconds, or undefined when no further try is to be made
 */
export function pauseBeforeRetry(
  policy: RetryPolicy,
  attempt: number,
  askedMs: number | undefined,
  random: () => number = Math.random,
): number | undefined {
  if (attempt >= policy.maxAttempts) return undefined;
  if (askedMs !== undefined && askedMs > policy.maxRetryAfterMs) return undefined;
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  return Math.max(askedMs ?? 0, Math.round(random() * bound));
}
