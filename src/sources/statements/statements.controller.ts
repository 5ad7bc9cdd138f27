import { Body, Controller, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { InvalidInputError } from '../../platform/index.js';
import type { BatchAnswer, TextAnswer } from './answers.js';
import type { ToldStatement } from './lineage-json.js';
import { StatementsService } from './statements.service.js';

/** The door for SQL that engines have run. */
@Controller('api/v1/statements')
export class StatementsController {
  constructor(private readonly statements: StatementsService) {}

  /** One text: 201 when it is on disk. A list of up to 1,000: 200 with what became of each. With `dryRun=true` nothing is stored. */
  @Access('governed')
  @Post()
  async post(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Query('dryRun') dryRun: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TextAnswer | BatchAnswer | { statements: ToldStatement[] }> {
    const isBatch = Array.isArray(body);
    const isDryRun = isTrue(dryRun);
    if (isBatch && isDryRun) throw new InvalidInputError('body', 'must be one text with dryRun=true');
    reply.status(isBatch || isDryRun ? 200 : 201);
    if (isDryRun) return this.statements.analyze(caller, analysisOf(body));
    return isBatch ? this.statements.postBatch(caller, body) : this.statements.post(caller, body);
  }

  /** What one text does, as far as it can be told; nothing is stored. */
  @Access('governed')
  @Post('analysis')
  async analyze(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ statements: ToldStatement[] }> {
    reply.status(200);
    return this.statements.analyze(caller, analysisOf(body));
  }
}

function isTrue(text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true' || text === '') return true;
  throw new InvalidInputError('dryRun', 'must be true or false');
}

/** What only says who ran a text, and when, makes no difference to what it does. */
const OF_THE_RUN: ReadonlySet<string> = new Set([
  'user',
  'time',
  'queryId',
  'job',
  'parent',
  'engineVersion',
]);

function analysisOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !OF_THE_RUN.has(name)));
}
