import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply } from 'fastify';

/** Characters that are sent at once. */
const CHUNK_CHARS = 64 * 1024;

/** How lines are sent. */
export interface LinesOptions {
  /** Beside those of every such answer; JSON lines when they name no `content-type`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether each goes out as it comes, for who waits for the next one; else many go together. */
  readonly isAtOnce?: boolean;
  /** Told how many lines go out together. */
  readonly onSent?: (lines: number) => void;
}

/**
 * Answers with lines, each with its end, made as fast as they are taken. A client that goes away ends the reading; what fails in the middle
 * ends the connection, so that the client sees a body without an end.
 */
export async function sendLines(
  reply: FastifyReply,
  lines: AsyncIterable<string>,
  { headers, ...options }: LinesOptions = {},
): Promise<void> {
  void reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'application/x-ndjson; charset=utf-8',
    ...headers,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  });
  const chunks = Readable.from(inChunks(lines, options), { objectMode: false });
  await pipeline(chunks, reply.raw).catch(() => reply.raw.destroy());
}

/** Each as a line of JSON. */
export async function* jsonLines(items: AsyncIterable<object>): AsyncGenerator<string> {
  for await (const item of items) yield `${JSON.stringify(item)}\n`;
}

async function* inChunks(
  lines: AsyncIterable<string>,
  { isAtOnce = false, onSent }: LinesOptions,
): AsyncGenerator<Buffer> {
  let waiting: string[] = [];
  let chars = 0;
  const flush = (): Buffer => {
    const chunk = Buffer.from(waiting.join(''));
    onSent?.(waiting.length);
    [waiting, chars] = [[], 0];
    return chunk;
  };
  for await (const line of lines) {
    waiting.push(line);
    chars += line.length;
    if (isAtOnce || chars >= CHUNK_CHARS) yield flush();
  }
  if (waiting.length > 0) yield flush();
}
