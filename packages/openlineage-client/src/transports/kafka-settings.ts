import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { ConfigurationError } from '../errors.js';

/** Settings of a producer as kafkajs has them. */
export interface KafkaSettings {
  readonly client: KafkaConfig;
  /** how many acknowledge a message; -1 for all replicas */
  readonly acks: number;
}

const KNOWN = [
  ...['bootstrap.servers', 'client.id', 'acks', 'request.timeout.ms', 'security.protocol'],
  ...['sasl.mechanism', 'sasl.mechanisms', 'sasl.username', 'sasl.password'],
] as const;

/**
 * Reads librdkafka's names, which clients of other languages have in their configuration.
 * @throws {ConfigurationError} naming a setting that is missing, unknown or wrong
 */
export function kafkaSettings(config: Readonly<Record<string, string | number | boolean>>): KafkaSettings {
  for (const name of Object.keys(config)) {
    if (!KNOWN.some((known) => known === name))
      throw new ConfigurationError(`config.${name}`, `is not known here; known are ${KNOWN.join(', ')}`);
  }
  const text = (name: (typeof KNOWN)[number]): string | undefined =>
    config[name] === undefined ? undefined : String(config[name]).trim();
  const brokers = (text('bootstrap.servers') ?? '').split(',').flatMap((part) => part.trim() || []);
  if (brokers.length === 0)
    throw new ConfigurationError(
      'config.bootstrap.servers',
      'must be HOST:PORT, several with commas between',
    );
  const protocol = (text('security.protocol') ?? 'plaintext').toLowerCase();
  if (!['plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl'].includes(protocol))
    throw new ConfigurationError(
      'config.security.protocol',
      'must be plaintext, ssl, sasl_plaintext or sasl_ssl',
    );
  const acks = text('acks') ?? 'all';
  if (!/^(?:all|-1|0|1)$/.test(acks)) throw new ConfigurationError('config.acks', 'must be all, -1, 0 or 1');
  const timeout = Number(text('request.timeout.ms') ?? 30_000);
  if (!Number.isInteger(timeout) || timeout < 1)
    throw new ConfigurationError('config.request.timeout.ms', 'must be a whole number of milliseconds');
  return {
    client: {
      brokers,
      clientId: text('client.id') ?? 'openlineage',
      requestTimeout: timeout,
      ssl: protocol.endsWith('ssl'),
      ...(protocol.startsWith('sasl') && { sasl: saslOf(text) }),
    },
    acks: acks === 'all' ? -1 : Number(acks),
  };
}

function saslOf(text: (name: (typeof KNOWN)[number]) => string | undefined): SASLOptions {
  const mechanism = (text('sasl.mechanism') ?? text('sasl.mechanisms') ?? 'PLAIN').toLowerCase();
  if (mechanism !== 'plain' && mechanism !== 'scram-sha-256' && mechanism !== 'scram-sha-512')
    throw new ConfigurationError('config.sasl.mechanism', 'must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512');
  const [username, password] = [text('sasl.username'), text('sasl.password')];
  if (!username || !password)
    throw new ConfigurationError('config.sasl.username', 'and config.sasl.password are required');
  return { mechanism, username, password } as SASLOptions;
}
