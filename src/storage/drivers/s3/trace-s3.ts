import type { S3Client } from '@aws-sdk/client-s3';
import { context, trace } from '@opentelemetry/api';
import { fail, SpanKind, traceHeaders, tracer } from '../../../platform/tracing/index.js';
import { statusOf } from './s3-errors.js';

/** Refusals that are answers to the question: it is not there; it is there already. */
const ANSWERS: readonly (number | undefined)[] = [404, 412];

/**
 * Gives each call of a client a span, and the call that span's W3C context: added after signing, so that a proxy on the way may
 * change it. Keys are not shown.
 */
export function traceS3(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName = 'Call' }) =>
      async (args) => {
        const operation = commandName.replace(/Command$/, '');
        const span = tracer().startSpan(`S3 ${operation}`, {
          kind: SpanKind.CLIENT,
          attributes: { 'rpc.system': 'aws-api', 'rpc.service': 'S3', 'rpc.method': operation },
        });
        try {
          return await context.with(trace.setSpan(context.active(), span), () => next(args));
        } catch (error) {
          const status = statusOf(error);
          if (status !== undefined) span.setAttribute('http.response.status_code', status);
          if (!ANSWERS.includes(status)) fail(span, error);
          throw error;
        } finally {
          span.end();
        }
      },
    { step: 'initialize', name: 'cairnSpan' },
  );
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      Object.assign(headers, traceHeaders());
      return next(args);
    },
    { step: 'deserialize', name: 'cairnTraceContext' },
  );
}
