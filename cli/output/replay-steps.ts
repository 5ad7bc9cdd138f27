import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { ApiError } from '../api/api-error.js';
import type { Session } from '../session.js';

type Step<T> = {
  readonly progress?: { readonly looked: number; readonly total: number };
  readonly result?: T;
};

/** Reads how far the service is with asking the log again, shows it to who looks, and gives the result. @throws {ApiError} it ended before */
export async function resultOf<T>({ io }: Session, response: Response): Promise<T> {
  let result: T | undefined;
  const lines = createInterface({ input: Readable.fromWeb(response.body as ReadableStream) });
  for await (const line of lines) {
    const step = JSON.parse(line) as Step<T>;
    result = step.result ?? result;
    if (step.progress !== undefined && io.stderr.isTTY === true)
      io.stderr.write(`\r${step.progress.looked} of ${step.progress.total} decisions`);
  }
  if (io.stderr.isTTY === true) io.stderr.write('\n');
  if (result === undefined) throw new ApiError('It ended before its result.', 'UNAVAILABLE');
  return result;
}
