import type { Config } from '../config/config.js';
import type { Logger } from '../logging/logger.js';

/** Whether spans are recorded: an endpoint is configured, and nothing turns them off. */
export function isTracing(config: Config): boolean {
  return endpointOf(config) !== undefined;
}

/** Begins to record spans, where {@link isTracing}: see `recordSpans`. @returns ends it: sends what is left */
export async function startTracing(config: Config, log: Logger): Promise<() => Promise<void>> {
  const endpoint = endpointOf(config);
  if (endpoint === undefined) return async () => undefined;
  // The exporters are large, and most have no collector.
  const { recordSpans } = await import('./record-spans.js');
  return recordSpans(config, endpoint, log);
}

function endpointOf(config: Config): string | undefined {
  if (config.OTEL_SDK_DISABLED || config.OTEL_TRACES_EXPORTER !== 'otlp') return undefined;
  return (
    config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
    config.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/?$/, '/v1/traces')
  );
}
