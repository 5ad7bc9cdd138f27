import { ConfigurationError } from '../errors.js';
import { CompositeTransport } from '../transports/composite.js';
import { ConsoleTransport } from '../transports/console.js';
import { FileTransport } from '../transports/file.js';
import { HttpTransport } from '../transports/http.js';
import type { HttpTransportOptions } from '../transports/http-options.js';
import { KafkaTransport } from '../transports/kafka.js';
import { NoopTransport } from '../transports/noop.js';
import type { Transport } from '../transports/transport.js';
import { isMapping, type Mapping } from './sources.js';

/** How deep composite transports may stand in each other. */
const MAX_DEPTH = 5;

/**
 * The transport that a configuration describes, in the words of the OpenLineage clients of other languages. What is not known here is
 * passed over, as there.
 * @param at where it stands in the configuration, for messages
 * @throws {ConfigurationError} naming the setting and the rule
 */
export function transportOf(config: Mapping, at = 'transport', depth = 0): Transport {
  const { type } = config;
  const make = typeof type === 'string' ? MAKERS[type.toLowerCase()] : undefined;
  if (make === undefined)
    throw new ConfigurationError(
      `${at}.type`,
      `must be one of ${Object.keys(MAKERS).join(', ')}, not ${String(type)}`,
    );
  try {
    return make(config, at, depth);
  } catch (error) {
    if (
      !(error instanceof ConfigurationError) ||
      [`${at}.`, `${at}[`].some((start) => error.field.startsWith(start))
    )
      throw error;
    throw new ConfigurationError(`${at}.${error.field}`, error.rule);
  }
}

const MAKERS: Readonly<Record<string, (config: Mapping, at: string, depth: number) => Transport>> = {
  http: (config) => new HttpTransport(httpOptions(config)),
  console: () => new ConsoleTransport(),
  noop: () => new NoopTransport(),
  file: ({ log_file_path: filePath, append }) =>
    new FileTransport({ path: textOf(filePath, 'log_file_path'), isAppended: append === true }),
  kafka: ({ topic, config, messageKey, message_key: alias }) => {
    const key = messageKey ?? alias;
    if (!isMapping(config))
      throw new ConfigurationError('config', 'must be a mapping with bootstrap.servers');
    return new KafkaTransport({
      topic: textOf(topic, 'topic'),
      config: config as Readonly<Record<string, string>>,
      ...(typeof key === 'string' && key !== '' && { messageKey: key }),
    });
  },
  composite: (config, at, depth) => {
    if (depth === MAX_DEPTH)
      throw new ConfigurationError(`${at}.transports`, `must not be nested deeper than ${MAX_DEPTH} levels`);
    const { transports, continue_on_failure: onFailure, continue_on_success: onSuccess } = config;
    const listed = Array.isArray(transports)
      ? transports.map((one: unknown, i): [string, unknown] => [`${at}.transports[${i}]`, one])
      : Object.entries(isMapping(transports) ? transports : {}).map(([name, one]): [string, unknown] => [
          `${at}.transports.${name}`,
          one,
        ]);
    const given = listed.filter(([, one]) => isMapping(one)) as [string, Mapping][];
    const sorted =
      config['sort_transports'] === true
        ? [...given].sort(([, a], [, b]) => priorityOf(b) - priorityOf(a))
        : given;
    return new CompositeTransport({
      transports: sorted.map(([where, one]) => transportOf(one, where, depth + 1)),
      continueOnFailure: onFailure !== false,
      continueOnSuccess: onSuccess !== false,
    });
  },
};

function httpOptions(config: Mapping): HttpTransportOptions {
  const { url, endpoint, timeout, verify, auth, compression, custom_headers: headers, retry } = config;
  if (verify === false)
    throw new ConfigurationError(
      'verify',
      'must be true: certificates are always checked; NODE_EXTRA_CA_CERTS adds your own',
    );
  const token = tokenOf(auth);
  const total = isMapping(retry) ? retry['total'] : undefined;
  return {
    url: textOf(url, 'url'),
    ...(endpoint !== undefined && { endpoint: textOf(endpoint, 'endpoint') }),
    ...(timeout !== undefined && { timeoutMs: Math.round(Number(timeout) * 1000) }),
    ...(token !== undefined && { token }),
    ...(compression !== undefined && compression !== null && { compression: compression as 'gzip' }),
    ...(isMapping(headers) && { headers: headers as Readonly<Record<string, string>> }),
    ...(total !== undefined && { retry: { maxAttempts: Number(total) + 1 } }),
  };
}

function tokenOf(auth: unknown): string | undefined {
  if (!isMapping(auth) || Object.keys(auth).length === 0) return undefined;
  if (auth['type'] !== 'api_key') throw new ConfigurationError('auth.type', 'must be api_key');
  return textOf(auth['apiKey'] ?? auth['api_key'] ?? auth['apikey'], 'auth.apiKey');
}

function priorityOf({ priority }: Mapping): number {
  return typeof priority === 'number' ? priority : 0;
}

function textOf(value: unknown, field: string): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new ConfigurationError(field, 'is required, a text');
  return value;
}
