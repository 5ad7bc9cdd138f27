import { Delete, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { MarquezWriteController } from './marquez-controller.js';
import { MarquezWriteError } from './marquez-error.js';

const DATASET = 'namespaces/:namespace/datasets/:dataset';
const JOB = 'namespaces/:namespace/jobs/:job';

/** What Marquez lets its clients write, and Cairn takes from events alone. Refused with what to do instead. */
@MarquezWriteController()
export class MarquezWritesController {
  @Put(['namespaces/:namespace', 'sources/:source', DATASET, JOB])
  put(@Req() request: FastifyRequest): never {
    throw refusal(request);
  }

  @Post([
    `${JOB}/runs`,
    'jobs/runs/:id/start',
    'jobs/runs/:id/complete',
    'jobs/runs/:id/fail',
    'jobs/runs/:id/abort',
    `${DATASET}/fields/:field/tags/:tag`,
  ])
  post(@Req() request: FastifyRequest): never {
    throw refusal(request);
  }

  @Delete(['namespaces/:namespace', DATASET, JOB, `${DATASET}/fields/:field/tags/:tag`])
  delete(@Req() request: FastifyRequest): never {
    throw refusal(request);
  }
}

function refusal({ method, url }: FastifyRequest): MarquezWriteError {
  return new MarquezWriteError(`${method} ${url.replace(/\?.*/s, '').slice(0, 200)}`);
}
