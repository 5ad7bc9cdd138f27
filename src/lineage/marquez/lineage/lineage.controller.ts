import { Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { BOOLEAN, DEPTH } from '../http/inputs.js';
import { MarquezController } from '../http/marquez-controller.js';
import type { NodeShape } from './graph-shape.js';
import { type MarquezGraph, MarquezLineageService } from './marquez-lineage.service.js';

const LINEAGE = z.object({ nodeId: z.string({ error: 'must be given once' }), depth: DEPTH });
const COLUMN_LINEAGE = LINEAGE.extend({ withDownstream: BOOLEAN });

/** Says `true` where the graph has more than was taken: Marquez's shape has no place for it. */
const TRUNCATED_HEADER = 'cairn-truncated';

/** Marquez's `GET /lineage` and `GET /column-lineage`. */
@MarquezController()
export class MarquezLineageController {
  constructor(private readonly lineage: MarquezLineageService) {}

  @Get('lineage')
  async around(
    @Caller() caller: Principal,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ graph: readonly NodeShape[] }> {
    const { nodeId, depth } = validate(LINEAGE, query);
    return answer(reply, await this.lineage.around(caller, nodeId, depth));
  }

  @Get('column-lineage')
  async columns(
    @Caller() caller: Principal,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ graph: readonly NodeShape[] }> {
    const { nodeId, ...look } = validate(COLUMN_LINEAGE, query);
    return answer(reply, await this.lineage.columns(caller, nodeId, look));
  }
}

function answer(reply: FastifyReply, { graph, isTruncated }: MarquezGraph): { graph: readonly NodeShape[] } {
  void reply.header(TRUNCATED_HEADER, String(isTruncated));
  return { graph };
}
