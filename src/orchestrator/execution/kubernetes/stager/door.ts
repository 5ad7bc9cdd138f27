import { setTimeout as pause } from 'node:timers/promises';

/** What a stager is told by its environment. */
export interface StagerSettings {
  readonly serviceUrl: string;
  readonly execution: string;
  readonly token: string;
  readonly podUid: string;
}

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 15_000;
/** A service that is away for longer has lost the run: Cairn is restarted, or upgraded, well within. */
const PATIENCE_MS = 15 * 60_000;
/** Of these a later try may be answered otherwise. 401: the start of the Job is not on record yet. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504, 507]);
const UNKNOWN_FOR_MS = 60_000;

/** The service refused, for good. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Bytes came that are not those announced. They are asked for again. */
export class WrongBytesError extends Error {
  override readonly name = 'WrongBytesError';
}

/** The doors of one execution, at the service. */
export class Door {
  private readonly base: string;
  private readonly headers: Readonly<Record<string, string>>;

  constructor({ serviceUrl, execution, token, podUid }: StagerSettings) {
    this.base = `${serviceUrl.replace(/\/+$/, '')}/api/v1/executions/${execution}/`;
    this.headers = { authorization: `Bearer ${token}`, 'x-cairn-pod': podUid };
  }

  /** Asks once, for what can be had elsewhere. @throws whatever went wrong */
  async once<T>(route: string, read: (answer: Response) => Promise<T>): Promise<T> {
    const answer = await this.follow(await fetch(this.base + route, this.signed({})));
    if (!answer.ok) throw new RefusedError(`HTTP ${answer.status}`);
    return read(answer);
  }

  /**
   * Asks, and hands the answer over; again, with pauses, while it may pass: no answer, a server's failure, wrong bytes.
   * @param read of an answer that is a success
   * @throws {RefusedError}
   */
  async ask<T>(
    what: string,
    route: string,
    init: () => RequestInit,
    read: (answer: Response) => Promise<T>,
  ): Promise<T> {
    const began = Date.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
      const failure = await this.attempt(route, init(), read);
      if ('answer' in failure) return failure.answer;
      const patienceMs = failure.status === 401 ? UNKNOWN_FOR_MS : PATIENCE_MS;
      if (!failure.mayPass || Date.now() - began > patienceMs)
        throw new RefusedError(`${what}: ${failure.reason}`);
      process.stderr.write(`[cairn] ${what}: ${failure.reason}; it is tried again in ${pauseMs} ms\n`);
      await pause(pauseMs * (0.75 + Math.random() / 2));
    }
  }

  private async attempt<T>(
    route: string,
    init: RequestInit,
    read: (answer: Response) => Promise<T>,
  ): Promise<{ answer: T } | { reason: string; mayPass: boolean; status?: number }> {
    try {
      const answer = await this.follow(await fetch(this.base + route, this.signed(init)));
      if (answer.ok) return { answer: await read(answer) };
      const { status } = answer;
      const reason = `HTTP ${status} ${await problemOf(answer)}`.trim();
      return { reason, mayPass: status === 401 || PASSING.has(status), status };
    } catch (error) {
      if (isOfFileSystem(error)) throw error;
      const { cause, message } = error as Error;
      return { reason: cause instanceof Error ? `${message}: ${cause.message}` : message, mayPass: true };
    }
  }

  /** An object store's own address is no business of the token. */
  private async follow(answer: Response): Promise<Response> {
    const location = answer.headers.get('location');
    if (answer.status !== 307 || location === null) return answer;
    await answer.body?.cancel();
    return fetch(location, { redirect: 'error' });
  }

  private signed(init: RequestInit): RequestInit {
    return {
      redirect: 'manual',
      ...init,
      headers: { ...this.headers, ...(init.headers as Record<string, string>) },
    };
  }
}

/** What a file system says of this machine does not pass; what a wire says does. */
export function isOfFileSystem(error: unknown): boolean {
  const { code, path, cause } = error as NodeJS.ErrnoException;
  if (cause instanceof Error && isOfFileSystem(cause)) return true;
  return path !== undefined || code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS';
}

/** Source: RFC 9457. */
async function problemOf(answer: Response): Promise<string> {
  const text = await answer.text().catch(() => '');
  try {
    return String((JSON.parse(text) as { detail?: unknown }).detail ?? '').slice(0, 500);
  } catch {
    return '';
  }
}
