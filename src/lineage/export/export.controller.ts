import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { seal, validate } from '../../platform/index.js';
import { exportedRecords } from '../metrics.js';
import { csvLine } from './csv.js';
import { EdgeExportService } from './edge-export.service.js';
import { EventExportService } from './event-export.service.js';
import { EXPORT_QUERY } from './export-query.js';

/** Characters that are sent at once. */
const CHUNK_CHARS = 64 * 1024;

/** Lineage for other tools, as long as it is: what comes is made as fast as it is taken. */
@Controller('api/v1/lineage/export')
export class ExportController {
  constructor(
    private readonly edges: EdgeExportService,
    private readonly events: EventExportService,
  ) {}

  /**
   * `format=csv`: edges, or with `of=columns` edges between columns, as they hold at `asOf`; those around an `asset` (`direction`, `depth`), or
   * all of which the caller may see both ends. `x-cairn-truncated` tells whether there is more around the asset than was looked at.
   *
   * `format=openlineage`: events of the log, of which the caller may see everything that they name, as JSON lines; those that name an `asset`,
   * or all. `x-cairn-after` is the `after` of the next request, `x-cairn-has-more` whether there is more beyond `limit`.
   */
  @Access('governed')
  @Get()
  async export(
    @Caller() caller: Principal,
    @Query() given: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const query = validate(EXPORT_QUERY, given);
    if (query.format === 'csv') {
      const { rows, isTruncated } = await this.edges.open(caller, query);
      const headers = { 'content-type': 'text/csv; charset=utf-8; header=present' };
      return send(reply, 'csv', { ...headers, 'x-cairn-truncated': String(isTruncated) }, rows, csvLine);
    }
    const { texts, after, hasMore } = await this.events.open(caller, query);
    const headers = { 'x-cairn-after': seal(after), 'x-cairn-has-more': String(hasMore) };
    const type = { 'content-type': 'application/x-ndjson; charset=utf-8' };
    return send(reply, 'openlineage', { ...type, ...headers }, texts, (text) => `${text}\n`);
  }
}

/** A client that goes away ends the reading. What fails in the middle ends the connection, so that the client sees a body without an end. */
async function send<Item>(
  reply: FastifyReply,
  format: string,
  headers: Readonly<Record<string, string>>,
  items: AsyncGenerator<Item>,
  lineOf: (item: Item) => string,
): Promise<void> {
  void reply.hijack();
  reply.raw.writeHead(200, {
    ...headers,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  });
  const chunks = Readable.from(inChunks(items, lineOf, format), { objectMode: false });
  await pipeline(chunks, reply.raw).catch(() => reply.raw.destroy());
}

async function* inChunks<Item>(
  items: AsyncGenerator<Item>,
  lineOf: (item: Item) => string,
  format: string,
): AsyncGenerator<Buffer> {
  let lines: string[] = [];
  let chars = 0;
  const flush = (): Buffer => {
    const chunk = Buffer.from(lines.join(''));
    exportedRecords.inc({ format }, lines.length);
    [lines, chars] = [[], 0];
    return chunk;
  };
  for await (const item of items) {
    const line = lineOf(item);
    lines.push(line);
    chars += line.length;
    if (chars >= CHUNK_CHARS) yield flush();
  }
  if (lines.length > 0) yield flush();
}
