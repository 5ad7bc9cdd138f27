import path from 'node:path';
import { z } from 'zod';
import { DomainError } from '../errors/domain-error.js';
import { AUDIT_SETTINGS } from './audit-settings.js';
import { CLASSIFICATION_SETTINGS } from './classification-settings.js';
import { EXECUTION_SETTINGS } from './execution-settings.js';
import { GATEWAY_SETTINGS } from './gateway-settings.js';
import { IDENTITY_SETTINGS } from './identity-settings.js';
import { OBJECT_STORE_SETTINGS } from './object-store-settings.js';
import { SOURCE_SETTINGS } from './source-settings.js';
import { POLICY_SETTINGS, problemsOfPolicy } from './policy-settings.js';
import { isLoopback, otlpProtocol, port, sizeBytes, url } from './values.js';

/**
 * Every setting of the service: name, rule, default, and what it is for. The only description of them;
 * `docs/generated/configuration.md` is made from it.
 */
export const CONFIG_SCHEMA = z.object({
  CAIRN_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe(
      'Address to listen on. One that is not loopback needs CAIRN_ADMIN_TOKEN, OIDC_ISSUER or CAIRN_ALLOW_PUBLIC.',
    ),
  CAIRN_PORT: port
    .default(4600)
    .describe('Port of the explorer, GraphQL, REST and inference. 0 takes a free one.'),
  CAIRN_PUBLIC_URL: url('http:', 'https:')
    .optional()
    .describe('How clients reach the service, for links and for run credentials. Default: http://HOST:PORT.'),
  CAIRN_DATA_DIR: z
    .string()
    .min(1)
    .default('.cairn')
    .describe('Folder of the embedded PostgreSQL, the local object store and run folders.'),
  ...POLICY_SETTINGS,
  CAIRN_CREDENTIALS_DIR: z
    .string()
    .min(1)
    .default('credentials')
    .describe('Folder of the credentials of external sources: X/username and X/password for credentials X.'),
  ...IDENTITY_SETTINGS,
  DATABASE_URL: url('postgres:', 'postgresql:')
    .optional()
    .describe('PostgreSQL 14 or later. Without it an embedded one is started.'),
  CAIRN_MIGRATE: z
    .stringbool()
    .default(true)
    .describe(
      'Whether the service brings the schema up to date as it starts. With `false` that is left to `node dist/src/migrate.js`, and a start on an older schema is refused.',
    ),
  CAIRN_DATABASE_POOL: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(16)
    .describe('Connections to PostgreSQL at most, per process.'),
  ...OBJECT_STORE_SETTINGS,
  ...SOURCE_SETTINGS,
  ELASTICSEARCH_URL: url('http:', 'https:')
    .optional()
    .describe(
      'Elasticsearch 8 or 9, with user and password if needed. Without it PostgreSQL answers searches.',
    ),
  ELASTICSEARCH_API_KEY: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('API key, in base64, instead of user and password.'),
  ELASTICSEARCH_INDEX_PREFIX: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, 'must be 1–100 lower-case letters, digits, "_" or "-"')
    .default('cairn')
    .describe('What the names of all indices begin with; each installation on a cluster needs another one.'),
  ELASTICSEARCH_EVENTS: z
    .stringbool()
    .default(false)
    .describe(
      'Whether lineage events are copied to Elasticsearch, for Kibana. Whoever may read that index sees them all, whatever policy says.',
    ),
  ...EXECUTION_SETTINGS,
  ...GATEWAY_SETTINGS,
  ...AUDIT_SETTINGS,
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe('OTLP/HTTP collector, e.g. http://HOST:4318; turns traces on. They go to /v1/traces under it.'),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe('The whole address for traces, instead of the one above.'),
  OTEL_EXPORTER_OTLP_PROTOCOL: otlpProtocol
    .default('http/protobuf')
    .describe(
      "How spans are sent. OpenTelemetry's further variables (OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS, OTEL_BSP_…, OTEL_RESOURCE_ATTRIBUTES) are heeded as well.",
    ),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpProtocol
    .optional()
    .describe('How traces are sent, instead of the one above.'),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).default('otlp').describe('`none` turns traces off.'),
  OTEL_SDK_DISABLED: z.stringbool().default(false).describe('Whether traces are off all the same.'),
  OTEL_SERVICE_NAME: z.string().min(1).max(255).default('cairn').describe("The service's name in traces."),
  CAIRN_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level that is logged.'),
  CAIRN_MAX_BODY_BYTES: sizeBytes
    .default(16 * 1024 ** 2)
    .describe('Largest JSON request body, in bytes, after decompression.'),
  CAIRN_MAX_OBJECT_BYTES: sizeBytes
    .default(5 * 1024 ** 3)
    .describe('Largest single uploaded object, in bytes.'),
  CAIRN_MERGE_MAX_BYTES: sizeBytes
    .max(1024 ** 3)
    .default(256 * 1024 ** 2)
    .describe(
      'Largest file that is merged or compared row by row, in bytes, for each side; larger ones merge as wholes. Three of them are in memory at once.',
    ),
  CAIRN_MERGE_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(3_600_000)
    .default(120_000)
    .describe('How long the rows of one file may take to be merged or compared, in milliseconds.'),
  CAIRN_MASK_MAX_BYTES: sizeBytes
    .max(1024 ** 3)
    .default(256 * 1024 ** 2)
    .describe(
      'Largest file that masks and row filters are carried out on, in bytes; larger ones are denied to who may read only so.',
    ),
  CAIRN_MASK_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(3_600_000)
    .default(120_000)
    .describe('How long masking one file may take, in milliseconds.'),
  CAIRN_MASK_CACHE_BYTES: sizeBytes
    .default(4 * 1024 ** 3)
    .describe(
      'Masked files that a replica keeps under CAIRN_DATA_DIR, in bytes; one that is larger is denied.',
    ),
  CAIRN_GC_EVERY_HOURS: z.coerce
    .number()
    .min(0)
    .max(24 * 365)
    .default(24)
    .describe('How often garbage is collected, in hours; 0 for only when somebody asks for it.'),
  CAIRN_GC_GRACE_HOURS: z.coerce
    .number()
    .min(0.0001)
    .max(24 * 365)
    .default(168)
    .describe(
      'How long what nothing reaches is kept before it is condemned, in hours. No upload, commit or merge may take longer.',
    ),
  CAIRN_GC_UNDO_HOURS: z.coerce
    .number()
    .min(0.0001)
    .max(24 * 365)
    .default(24)
    .describe(
      'How long what is condemned is kept before it is removed, in hours: a collection can be undone meanwhile.',
    ),
  CAIRN_GC_HISTORY_DAYS: z.coerce
    .number()
    .min(0)
    .max(3650)
    .default(30)
    .describe(
      'How long what a branch was moved away from, and what deleted repositories hold, is kept, in days.',
    ),
  CAIRN_IMPORT_SOURCES: z
    .string()
    .optional()
    .describe(
      'A JSON file that lists buckets and folders whose objects may be imported without being copied; see docs/versions.md.',
    ),
  CAIRN_TREE_CACHE_BYTES: sizeBytes
    .default(256 * 1024 ** 2)
    .describe('Memory for nodes of trees that were used lately, in bytes.'),
  LINEAGE_EVENT_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'How long lineage events are kept, in days, by months that end as a whole; the graph keeps what they told. Default: for ever.',
    ),
  ...CLASSIFICATION_SETTINGS,
  CAIRN_LINEAGE_MEMORY_MB: z.coerce
    .number()
    .int()
    .min(0)
    .max(64 * 1024)
    .default(1024)
    .describe(
      'Memory for the lineage graph in each process at most, in MiB; what is beyond it is asked of PostgreSQL, columns first. 0 for none.',
    ),
  STATEMENTS_MAX_BYTES: sizeBytes
    .default(1024 ** 2)
    .describe('Largest SQL text that is parsed, in bytes of UTF-8.'),
  STATEMENTS_PARSE_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(60_000)
    .default(2_000)
    .describe('How long parsing one SQL text may take, in milliseconds.'),
  STATEMENTS_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(90)
    .describe('How long the ledger keeps SQL statements, in days; lineage keeps what they told.'),
  CAIRN_RUN_TIMEOUT_MAX_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(30 * 86400)
    .default(86400)
    .describe('Longest timeout a training run may ask for, in seconds.'),
});

/** The validated settings, by their environment names. Paths are absolute. */
export type Config = Readonly<z.infer<typeof CONFIG_SCHEMA>>;

/** Injection token of {@link Config}. */
export const CONFIG = Symbol('Config');

/** The environment holds a value that breaks a rule; every problem is listed. */
export class InvalidConfigurationError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(readonly problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`, {
      problems,
    });
  }
}

/**
 * Reads and checks the settings.
 * @param env usually `process.env`; empty strings count as absent
 * @throws {InvalidConfigurationError} naming each variable and the rule it breaks
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const config = parse(CONFIG_SCHEMA, env);
  if (config.OIDC_ISSUER !== undefined && config.OIDC_AUDIENCE === undefined) {
    throw new InvalidConfigurationError(['OIDC_AUDIENCE: is needed with OIDC_ISSUER']);
  }
  const problems = [...problemsOfExecution(config), ...problemsOfPolicy(config)];
  if (problems.length > 0) throw new InvalidConfigurationError(problems);
  const isOpened = config.CAIRN_ADMIN_TOKEN ?? config.OIDC_ISSUER ?? (config.CAIRN_ALLOW_PUBLIC || undefined);
  if (!isLoopback(config.CAIRN_HOST) && isOpened === undefined) {
    throw new InvalidConfigurationError([
      `CAIRN_HOST: ${config.CAIRN_HOST} can be reached from outside; set CAIRN_ADMIN_TOKEN or OIDC_ISSUER, listen on 127.0.0.1, or set CAIRN_ALLOW_PUBLIC=true if nobody else is there`,
    ]);
  }
  return Object.freeze({
    ...config,
    CAIRN_DATA_DIR: path.resolve(config.CAIRN_DATA_DIR),
    CAIRN_POLICY_DIR: path.resolve(config.CAIRN_POLICY_DIR),
    CAIRN_CREDENTIALS_DIR: path.resolve(config.CAIRN_CREDENTIALS_DIR),
  });
}

/** What the kubernetes driver cannot do without. */
function problemsOfExecution(config: z.infer<typeof CONFIG_SCHEMA>): string[] {
  if (config.EXECUTION_DRIVER !== 'kubernetes') return [];
  const problems: string[] = [];
  if (config.KUBERNETES_EXECUTION_STAGER_IMAGE === undefined)
    problems.push('KUBERNETES_EXECUTION_STAGER_IMAGE: is needed with EXECUTION_DRIVER=kubernetes');
  if ((config.KUBERNETES_EXECUTION_CAIRN_URL ?? config.CAIRN_PUBLIC_URL) === undefined)
    problems.push(
      'KUBERNETES_EXECUTION_CAIRN_URL: is needed with EXECUTION_DRIVER=kubernetes, unless CAIRN_PUBLIC_URL is set',
    );
  return problems;
}

/** The one setting that `dist/src/migrate.js` needs. @throws {InvalidConfigurationError} */
export function loadMigrationConfig(env: Readonly<Record<string, string | undefined>>): {
  DATABASE_URL: string;
} {
  const { DATABASE_URL } = parse(CONFIG_SCHEMA.pick({ DATABASE_URL: true }), env);
  if (DATABASE_URL === undefined)
    throw new InvalidConfigurationError([
      'DATABASE_URL: is needed; an embedded PostgreSQL is migrated by its service',
    ]);
  return { DATABASE_URL };
}

function parse<T>(schema: z.ZodType<T>, env: Readonly<Record<string, string | undefined>>): T {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  throw new InvalidConfigurationError(
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  );
}
