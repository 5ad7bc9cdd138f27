import { pipeline } from 'node:stream/promises';
import { Delete, Get, HttpCode, Param, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Caller, type Principal } from '../../../identity/index.js';
import { InvalidInputError, validate } from '../../../platform/index.js';
import { MlflowController } from '../http/mlflow-controller.js';
import { mediaTypeOf } from '../http/raw-artifact-bodies.js';
import { parsePlace } from './artifact-place.js';
import { ARTIFACTS_ROUTE } from './artifact-route.js';
import { ArtifactService } from './artifact.service.js';

const PATH = z.string().max(2000);

/** MLflow's proxied artifact store. Source: MLflow, `mlflow_artifacts.proto`. */
@MlflowController(ARTIFACTS_ROUTE)
export class ArtifactsController {
  constructor(private readonly artifacts: ArtifactService) {}

  @Get()
  async list(
    @Caller() caller: Principal,
    @Query('path') path: unknown,
  ): Promise<{ files: { path: string; is_dir: boolean; file_size?: number }[] }> {
    const items = await this.artifacts.list(caller, parsePlace(validate(PATH, path, 'path')));
    return {
      files: items.map(({ name, isFolder, sizeBytes }) => ({
        ...{ path: name, is_dir: isFolder },
        ...(sizeBytes !== undefined && { file_size: sizeBytes }),
      })),
    };
  }

  @Get('*')
  async download(
    @Caller() caller: Principal,
    @Param('*') path: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { entry, stream } = await this.artifacts.open(caller, parsePlace(validate(PATH, path, 'path')));
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': entry.sizeBytes,
      etag: `"${entry.sha256}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
    });
    // A stream that fails in the middle (a damaged object) ends the connection, so that the client sees a short body.
    await pipeline(stream, reply.raw).catch(() => reply.raw.destroy());
  }

  @Put('*')
  @HttpCode(200)
  async upload(
    @Caller() caller: Principal,
    @Param('*') path: unknown,
    @Req() request: FastifyRequest,
  ): Promise<object> {
    const body = request.body ?? new Uint8Array();
    // Only a path spelled in another way gets here with a body that was read already.
    if (!isBytes(body)) throw new InvalidInputError('path', 'must be spelled without needless percent signs');
    await this.artifacts.put(caller, parsePlace(validate(PATH, path, 'path')), body, mediaTypeOf(request));
    return {};
  }

  @Delete('*')
  @HttpCode(200)
  async delete(@Caller() caller: Principal, @Param('*') path: unknown): Promise<object> {
    await this.artifacts.delete(caller, parsePlace(validate(PATH, path, 'path')));
    return {};
  }
}

function isBytes(body: unknown): body is AsyncIterable<Uint8Array> | Uint8Array {
  return (
    body instanceof Uint8Array || (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
  );
}
