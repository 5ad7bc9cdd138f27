import { AsyncResource } from 'node:async_hooks';
import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { withRequestId } from '../logging/logger.js';
import { httpActive, httpDuration } from '../metrics/metrics.js';
import { tracer } from '../tracing/index.js';

/** As nginx says it: the client went away before its answer was complete. */
const CLIENT_CLOSED_REQUEST = 499;
/** What is asked every few seconds by machines is counted and not traced. */
const UNTRACED = /^\/(?:(?:v2\/)?health|metrics)(?:\/|$)/;

/**
 * Gives each request its id, and a span that goes on with the trace that the request came with (W3C `traceparent`), both for all that
 * is done for it; measures it by route pattern. The raw path, the query and the client's address are nowhere: they may tell of people.
 */
export function observeRequests(server: FastifyInstance): void {
  const scopes = new WeakMap<FastifyRequest, AsyncResource>();
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    const span = startSpan(request);
    measure(request, reply, span);
    const within = span ? trace.setSpan(context.active(), span) : ROOT_CONTEXT;
    withRequestId(request.id, () =>
      context.with(within, () => {
        scopes.set(request, new AsyncResource('CairnRequest'));
        done();
      }),
    );
  });
  // After the body was read one is in the context of the connection, which the requests on it share.
  server.addHook('preValidation', (request, _reply, done) => {
    scopes.get(request)!.runInAsyncScope(done);
  });
}

function startSpan(request: FastifyRequest): Span | undefined {
  const route = routeOf(request);
  if (UNTRACED.test(route)) return undefined;
  const parent = propagation.extract(ROOT_CONTEXT, request.headers);
  return tracer().startSpan(
    `${request.method} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': request.method,
        'http.route': route,
        'url.scheme': request.protocol,
        'cairn.request_id': request.id,
      },
    },
    parent,
  );
}

function measure(request: FastifyRequest, reply: FastifyReply, span: Span | undefined): void {
  const { method } = request;
  httpActive.inc({ method });
  reply.raw.once('close', () => {
    const status = reply.raw.writableFinished ? reply.statusCode : CLIENT_CLOSED_REQUEST;
    httpActive.dec({ method });
    httpDuration.observe(
      { route: routeOf(request), method, status: String(status) },
      reply.elapsedTime / 1000,
    );
    span?.setAttribute('http.response.status_code', status);
    if (status >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
  });
}

/** The pattern a request was routed by, e.g. `/v2/models/:endpoint/infer`; `none` if there is no such route. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'none';
}
