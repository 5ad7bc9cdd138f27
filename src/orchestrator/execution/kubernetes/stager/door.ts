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

  /**
   * Asks where the object store itself has something, as {@link ask} does.
   * @param read of what the service gives itself, where the store has no address
   * @returns the address; undefined when it was read
   * @throws {RefusedError}
   */
  placeOf(
    what: string,
    route: string,
    read: (answer: Response) => Promise<void>,
  ): Promise<string | undefined> {
    return this.ask(
      what,
      `${route}?direct=true`,
      () => ({}),
      async (answer) => {
        const place = placeIn(answer);
        await (place === undefined ? read(answer) : answer.body?.cancel());
        return place;
      },
      (answer) => answer.ok || placeIn(answer) !== undefined,
    );
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
    isSuccess = (answer: Response): boolean => answer.ok,
  ): Promise<T> {
    const began = Date.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)) {
      const failure = await this.attempt(route, init(), read, isSuccess);
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
    isSuccess: (answer: Response) => boolean,
  ): Promise<{ answer: T } | { reason: string; mayPass: boolean; status?: number }> {
    try {
      const answer = await fetch(this.base + route, this.signed(init));
      if (isSuccess(answer)) return { answer: await read(answer) };
      const { status } = answer;
      const reason = `HTTP ${status} ${await problemOf(answer)}`.trim();
      return { reason, mayPass: status === 401 || PASSING.has(status), status };
    } catch (error) {
      if (isOfFileSystem(error)) throw error;
      const { cause, message } = error as Error;
      return { reason: cause instanceof Error ? `${message}: ${cause.message}` : message, mayPass: true };
    }
  }

  private signed(init: RequestInit): RequestInit {
    return {
      redirect: 'manual',
      ...init,
      headers: { ...this.headers, ...(init.headers as Record<string, string>) },
    };
  }
}

function placeIn(answer: Response): string | undefined {
  return answer.status === 307 ? (answer.headers.get('location') ?? undefined) : undefined;
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
