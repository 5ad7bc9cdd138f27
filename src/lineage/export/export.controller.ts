import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { seal, sendLines, validate } from '../../platform/index.js';
import { exportedRecords } from '../metrics.js';
import { csvLine } from './csv.js';
import { EdgeExportService } from './edge-export.service.js';
import { EventExportService } from './event-export.service.js';
import { EXPORT_QUERY } from './export-query.js';

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
      const type = { 'content-type': 'text/csv; charset=utf-8; header=present' };
      return sendLines(reply, linesOf(rows, csvLine), {
        headers: { ...type, 'x-cairn-truncated': String(isTruncated) },
        onSent: (lines) => exportedRecords.inc({ format: 'csv' }, lines),
      });
    }
    const { texts, after, hasMore } = await this.events.open(caller, query);
    return sendLines(
      reply,
      linesOf(texts, (text) => `${text}\n`),
      {
        headers: { 'x-cairn-after': seal(after), 'x-cairn-has-more': String(hasMore) },
        onSent: (lines) => exportedRecords.inc({ format: 'openlineage' }, lines),
      },
    );
  }
}

async function* linesOf<Item>(
  items: AsyncIterable<Item>,
  lineOf: (item: Item) => string,
): AsyncGenerator<string> {
  for await (const item of items) yield lineOf(item);
}
