import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ARTIFACTS_ROUTE } from '../artifacts/artifact-route.js';

const mediaTypes = new WeakMap<FastifyRequest, string>();

/**
 * Lets artifacts in as bytes, whatever media type a client gives them: a JSON file is not a JSON body. What it was sent as,
 * {@link mediaTypeOf} tells.
 */
@Injectable()
export class RawArtifactBodies implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {}

  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('onRequest', (request, _reply, done) => {
      const { headers } = request.raw;
      const type = headers['content-type'];
      if (request.method === 'PUT' && type !== undefined && request.url.startsWith(`/${ARTIFACTS_ROUTE}/`)) {
        mediaTypes.set(request, type);
        headers['content-type'] = 'application/octet-stream';
      }
      done();
    });
  }
}

/** The media type that a client gave an artifact. */
export const mediaTypeOf = (request: FastifyRequest): string | undefined => mediaTypes.get(request);
