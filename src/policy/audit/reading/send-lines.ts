import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply } from 'fastify';

/** Characters that are sent at once. */
const CHUNK_CHARS = 64 * 1024;

/**
 * Answers with lines, made as fast as they are taken. A client that goes away ends the reading; what fails in the middle ends the
 * connection, so that the client sees a body without an end.
 */
export async function sendLines(reply: FastifyReply, lines: AsyncIterable<object>): Promise<void> {
  void reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'application/x-ndjson; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  });
  const chunks = Readable.from(inChunks(lines), { objectMode: false });
  await pipeline(chunks, reply.raw).catch(() => reply.raw.destroy());
}

async function* inChunks(lines: AsyncIterable<object>): AsyncGenerator<Buffer> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length < CHUNK_CHARS) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}
