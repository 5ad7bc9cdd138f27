import { OpenLineageClient } from './client.js';
import { ConfigurationError } from './errors.js';
import { ConsoleTransport } from './transports/console.js';
import { HttpTransport } from './transports/http.js';
import { NoopTransport } from './transports/noop.js';
import type { Transport } from './transports/transport.js';

/**
 * A client set up by the variables that the OpenLineage clients of other languages read, too: `OPENLINEAGE_DISABLED`
 * (`true` sends nothing), `OPENLINEAGE_URL`, `OPENLINEAGE_ENDPOINT` (default `api/v1/lineage`), `OPENLINEAGE_API_KEY`
 * (sent as bearer token). Without a URL events are written to standard output. An empty variable counts as absent.
 * @param env usually `process.env`
 * @throws {ConfigurationError} naming the variable
 */
export function clientFromEnvironment(env: Readonly<Record<string, string | undefined>>): OpenLineageClient {
  return new OpenLineageClient(transportFromEnvironment(env));
}

function transportFromEnvironment(env: Readonly<Record<string, string | undefined>>): Transport {
  if (env.OPENLINEAGE_DISABLED?.trim().toLowerCase() === 'true') return new NoopTransport();
  const url = env.OPENLINEAGE_URL?.trim();
  if (!url) return new ConsoleTransport();
  try {
    return new HttpTransport({
      url,
      ...(env.OPENLINEAGE_ENDPOINT && { endpoint: env.OPENLINEAGE_ENDPOINT }),
      ...(env.OPENLINEAGE_API_KEY && { token: env.OPENLINEAGE_API_KEY }),
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError) || error.field !== 'url') throw error;
    throw new ConfigurationError('OPENLINEAGE_URL', error.rule);
  }
}
