import { OpenLineageClient } from './client.js';
import { configurationOf, type Environment, isMapping, simpleHttp } from './configuration/sources.js';
import { transportOf } from './configuration/transports.js';
import { ConfigurationError } from './errors.js';
import { ConsoleTransport } from './transports/console.js';
import { NoopTransport } from './transports/noop.js';
import type { Transport } from './transports/transport.js';

/**
 * A client set up as the OpenLineage clients of other languages are: `OPENLINEAGE_DISABLED` (`true` sends nothing); a `transport` with a
 * `type`, by a file `openlineage.yml` and by variables `OPENLINEAGE__TRANSPORT__…`; else `OPENLINEAGE_URL`, `OPENLINEAGE_ENDPOINT`
 * (default `api/v1/lineage`) and `OPENLINEAGE_API_KEY` (sent as bearer token). Without any of them events are written to standard
 * output. An empty variable counts as absent.
 * @param env usually `process.env`
 * @throws {ConfigurationError} naming the setting or the variable
 */
export function clientFromEnvironment(env: Environment): OpenLineageClient {
  return new OpenLineageClient(transportFromEnvironment(env));
}

function transportFromEnvironment(env: Environment): Transport {
  if (env['OPENLINEAGE_DISABLED']?.trim().toLowerCase() === 'true') return new NoopTransport();
  const { transport } = configurationOf(env);
  if (isMapping(transport) && transport['type']) return transportOf(transport);
  if (!env['OPENLINEAGE_URL']?.trim()) return new ConsoleTransport();
  try {
    return transportOf(simpleHttp(env));
  } catch (error) {
    if (!(error instanceof ConfigurationError) || error.field !== 'transport.url') throw error;
    throw new ConfigurationError('OPENLINEAGE_URL', error.rule);
  }
}
