import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { createGunzip } from 'node:zlib';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { InvalidInputError } from '../errors/domain-error.js';
import { observeRequests } from './observe-requests.js';

const REQUEST_ID = /^[\w.:-]{1,128}$/;
const REQUEST_TIMEOUT_MS = 300_000;

/**
 * The HTTP server: request ids (a well-formed `x-request-id` is kept), gzip bodies, a bound on JSON bodies after decompression,
 * streams for every other media type, a span and metrics of each request.
 */
export function createFastifyAdapter(config: Config): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: config.CAIRN_MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    requestIdHeader: false,
    genReqId: (request: { headers: IncomingHttpHeaders }) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2048 },
  });
  prepare(adapter.getInstance<FastifyInstance>());
  return adapter;
}

function prepare(server: FastifyInstance): void {
  observeRequests(server);
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined || encoding === 'identity') return done(null, payload);
    if (encoding !== 'gzip') {
      return done(
        new InvalidInputError('Content-Encoding', `"${encoding}" is not supported; send gzip or none`),
      );
    }
    const inflated = payload.pipe(createGunzip()).on('error', (error) => {
      inflated.destroy(Object.assign(error, { statusCode: 400 }));
    });
    // A length that is met at once lets Fastify compare against its own count of the decompressed bytes.
    done(
      null,
      Object.assign(inflated, { receivedEncodedLength: Number(request.headers['content-length'] ?? 0) }),
    );
  });
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}
