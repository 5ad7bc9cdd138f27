import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Config } from '../config/config.js';
import type { Logger } from '../logging/logger.js';
import { TentativeSpans } from './tentative.js';

/** Spans that a collector does not take in this time are given up at the end of the process. */
const LAST_FLUSH_MS = 3_000;

/**
 * Begins to record spans and to send them by OTLP over HTTP. Trace context is W3C's. What {@link Config} does not name of OpenTelemetry's
 * variables (sampler, headers, compression, certificates, batch sizes, resource attributes), the SDK reads itself. A collector that is
 * away costs a line in the log and nothing else.
 * @param url where spans are sent
 * @returns ends it: sends what is left
 */
export function recordSpans(config: Config, url: string, log: Logger): () => Promise<void> {
  const says = (level: 'warn' | 'error') => (message: string) => log[level]({ reason: message }, 'tracing');
  const [warn, error] = [says('warn'), says('error')];
  const nothing = () => undefined;
  diag.setLogger(
    { error, warn, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': config.OTEL_SERVICE_NAME }))
      .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] })),
    spanProcessors: [new TentativeSpans(new BatchSpanProcessor(exporterOf(config, url)))],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_FLUSH_MS)));
    await Promise.race([provider.shutdown().catch(nothing), late]).finally(() => clearTimeout(timer));
    for (const api of [trace, propagation, context, diag]) api.disable();
  };
}

function exporterOf(config: Config, url: string): SpanExporter {
  const protocol = config.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? config.OTEL_EXPORTER_OTLP_PROTOCOL;
  return protocol === 'http/json' ? new JsonExporter({ url }) : new ProtobufExporter({ url });
}
