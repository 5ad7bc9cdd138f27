import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Access, Caller, type Principal } from '../../identity/index.js';
import type { BatchAnswer } from './batch-answer.js';
import { NotJsonError } from './errors.js';
import { IngestionService, type Receipt } from './ingestion.service.js';

/** The door for OpenLineage producers. Source: OpenLineage HTTP API. */
@Controller('api/v1/lineage')
export class IngestionController {
  constructor(private readonly ingestion: IngestionService) {}

  /** One RunEvent, JobEvent or DatasetEvent. 201 when it is on disk. */
  @Access('governed')
  @Post()
  @HttpCode(201)
  async ingest(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<Receipt> {
    return this.ingestion.ingest(caller, jsonOf(body, request));
  }

  /** Up to 1,000 events. 200 with what became of each: some may be refused while others are stored. */
  @Access('governed')
  @Post('batch')
  @HttpCode(200)
  async ingestBatch(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<BatchAnswer> {
    return this.ingestion.ingestBatch(caller, jsonOf(body, request));
  }
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Bodies of other media types come as text or streams. */
function jsonOf(body: unknown, request: FastifyRequest): unknown {
  const contentType = request.headers['content-type'];
  if (contentType === undefined || !JSON_TYPE.test(contentType)) throw new NotJsonError(contentType);
  return body;
}
