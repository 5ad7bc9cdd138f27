import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { withRequestId } from '../../../platform/index.js';
import { tracer } from '../../../platform/tracing/index.js';
import type { Operation } from '../protocol/operation.js';
import { s3Bytes, s3Duration } from './metrics.js';

/** As nginx says it: the client went away before its answer was complete. */
const CLIENT_CLOSED_REQUEST = 499;

/** How much of what passed over a connection has been counted. What comes with a request's headers was read before the request is seen. */
const counted = new WeakMap<Socket, { readonly bytesRead: number; readonly bytesWritten: number }>();

/**
 * Gives a request its id and its span, for all that is done for it, and measures it by operation. Keys, queries and signatures are
 * nowhere: they may tell of people, or let somebody in.
 */
export function observe(
  id: string,
  message: IncomingMessage,
  answer: ServerResponse,
  work: (onOperation: (operation: Operation) => void) => Promise<void>,
): void {
  const began = performance.now();
  let operation: Operation | 'none' = 'none';
  const span = tracer().startSpan(
    's3',
    {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': message.method ?? 'GET', 'cairn.request_id': id },
    },
    propagation.extract(ROOT_CONTEXT, message.headers),
  );
  // An answer that is broken off lets go of its connection before it tells so.
  const { socket } = message;
  answer.once('close', () => {
    const status = answer.writableFinished ? answer.statusCode : CLIENT_CLOSED_REQUEST;
    const shown = status === CLIENT_CLOSED_REQUEST ? '499' : `${Math.floor(status / 100)}xx`;
    s3Duration.observe({ operation, status: shown }, (performance.now() - began) / 1000);
    countBytes(socket);
    span.setAttribute('http.response.status_code', status);
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
  withRequestId(id, () =>
    context.with(trace.setSpan(ROOT_CONTEXT, span), () => {
      void work((wanted) => {
        operation = wanted;
        span.updateName(`s3 ${wanted}`);
        span.setAttribute('rpc.method', wanted);
      });
    }),
  );
}

function countBytes(socket: Socket): void {
  const { bytesRead, bytesWritten } = socket;
  const before = counted.get(socket) ?? { bytesRead: 0, bytesWritten: 0 };
  s3Bytes.inc({ direction: 'in' }, Math.max(0, bytesRead - before.bytesRead));
  s3Bytes.inc({ direction: 'out' }, Math.max(0, bytesWritten - before.bytesWritten));
  counted.set(socket, { bytesRead, bytesWritten });
}
