import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';
import { DomainError } from '../errors/domain-error.js';
import { AUDIT_SETTINGS } from './audit-settings.js';
import { CLASSIFICATION_SETTINGS } from './classification-settings.js';
import { EXECUTION_SETTINGS } from './execution-settings.js';
import { GATEWAY_SETTINGS } from './gateway-settings.js';
import { POLICY_SETTINGS, problemsOfPolicy } from './policy-settings.js';

const port = z.coerce.number().int().min(0).max(65535);
const sizeBytes = z.coerce
  .number()
  .int()
  .min(1024)
  .max(64 * 1024 ** 3);
const url = (...protocols: string[]) =>
  z.string().refine((value) => protocols.includes(protocolOf(value)), {
    error: `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });
const otlpProtocol = z.enum(['http/protobuf', 'http/json']);
const commaList = <T extends z.ZodType<string, string>>(item: T) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(item).min(1));

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
  CAIRN_ADMIN_TOKEN: z
    .string()
    .min(16)
    .max(256)
    .optional()
    .describe('Token of the first administrator, instead of a generated one. At least 16 characters.'),
  CAIRN_ALLOW_PUBLIC: z
    .stringbool()
    .default(false)
    .describe(
      'Whether the service may be reached from outside with the generated token of its first administrator alone.',
    ),
  CAIRN_GRANT_MAX_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe('How long access that somebody asked for is granted at most, in days.'),
  CAIRN_ALERT_WEBHOOK: url('http:', 'https:')
    .optional()
    .describe(
      'URL that is posted a JSON object when somebody declares an emergency. Tried until it answers 2xx.',
    ),
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
  S3_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe('S3-compatible endpoint. Without S3_BUCKET objects lie in the data folder.'),
  S3_BUCKET: z
    .string()
    .min(3)
    .max(63)
    .optional()
    .describe("Bucket for objects; turns the s3 driver on. Credentials: the AWS SDK's own variables."),
  S3_REGION: z.string().min(1).default('us-east-1').describe('Region of the bucket.'),
  S3_PREFIX: z
    .string()
    .max(512)
    .default('')
    .describe(
      'Key prefix inside the bucket. Below it each installation has a folder of its own, so that several may share a bucket.',
    ),
  S3_DIRECT: z
    .stringbool()
    .default(true)
    .describe(
      'Whether clients may send and fetch bytes at the store itself, by presigned requests. Without it all bytes pass the service.',
    ),
  S3_PUBLIC_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe('S3 endpoint as clients reach it, for presigned requests. Default: S3_ENDPOINT.'),
  S3_PRESIGN_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .max(604_800)
    .default(900)
    .describe('How long a presigned request can be begun, in seconds.'),
  KAFKA_BROKERS: commaList(z.string().regex(/^[^\s:]+:\d{1,5}$/, 'must be HOST:PORT, several with commas'))
    .optional()
    .describe("Brokers of the OpenLineage Kafka transport's topic, HOST:PORT with commas; turns reading on."),
  KAFKA_TOPIC: z
    .string()
    .min(1)
    .max(249)
    .default('openlineage.events')
    .describe('Topic to read events from.'),
  KAFKA_GROUP: z.string().min(1).max(255).default('cairn').describe('Consumer group; all replicas share it.'),
  KAFKA_SUBJECT: z
    .string()
    .default('service:kafka')
    .describe('Principal whose `emit` rights events from Kafka need; an administrator makes it.'),
  KAFKA_TLS: z.stringbool().default(false).describe('Whether brokers are spoken to by TLS.'),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .default('scram-sha-512')
    .describe('How KAFKA_USERNAME is proved.'),
  KAFKA_USERNAME: z.string().optional().describe('SASL user; without it brokers are spoken to without one.'),
  KAFKA_PASSWORD: z.string().optional().describe('SASL password.'),
  MLFLOW_NAMESPACE: z
    .string()
    .max(200)
    .regex(
      /^[a-z0-9][a-z0-9_-]*(?:\/[a-z0-9][a-z0-9_-]*){0,7}$/,
      'must be a namespace, e.g. research/penguins',
    )
    .default('mlflow')
    .describe(
      "Where experiments and registered models of MLflow's clients stand that name no namespace by the tag cairn.namespace.",
    ),
  OIDC_ISSUER: url('http:', 'https:')
    .refine((value) => protocolOf(value) === 'https:' || isLoopback(new URL(value).hostname), {
      error: 'must be https:, but on this machine',
    })
    .optional()
    .describe(
      'URL of the OpenID Connect issuer whose access tokens are taken, exactly as they say it in `iss`.',
    ),
  OIDC_AUDIENCE: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe(
      'What tokens must say in `aud`: the name of this service at the issuer. Needed with OIDC_ISSUER.',
    ),
  OIDC_PUBLIC_CLIENT_ID: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe(
      'Public client at the issuer by which people sign in at a shell (`cairn login --oidc`): authorization code with PKCE, redirects to http://127.0.0.1 with any port.',
    ),
  OIDC_SCOPES: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e ]{1,500}$/, 'must be scopes with blanks between')
    .default('openid')
    .describe(
      "Scopes that they ask for, with blanks; `offline_access` for sessions that outlive the issuer's.",
    ),
  OIDC_ALGORITHMS: commaList(
    z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']),
  )
    .default(['RS256', 'ES256'])
    .describe('Signature algorithms that are taken, with commas.'),
  OIDC_NAME_CLAIM: z
    .string()
    .min(1)
    .max(200)
    .default('preferred_username')
    .describe(
      "Claim that a person's principal is named by, in lower case, when it comes for the first time.",
    ),
  OIDC_GROUPS_CLAIM: commaList(z.string().min(1).max(200))
    .default(['groups'])
    .describe(
      'Claims that hold groups, with commas; a dot leads into an object: `groups,realm_access.roles`.',
    ),
  OIDC_CLOCK_SKEW_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe('How far the clocks of issuer and service may differ, in seconds.'),
  OIDC_KEYS_MAX_AGE_SECONDS: z.coerce
    .number()
    .int()
    .min(30)
    .max(86_400)
    .default(600)
    .describe("How long the issuer's keys are believed, also while it is away, in seconds."),
  OIDC_GROUPS_MAX_AGE_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .max(7 * 86_400)
    .default(86_400)
    .describe(
      'How long groups count for runs and API tokens after the principal last came by the issuer, in seconds.',
    ),
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
  KUBECONFIG: z
    .string()
    .min(1)
    .optional()
    .describe(
      "File that says how the cluster is reached, for the settings below. Without it the pod's own service account.",
    ),
  KUBERNETES_SOURCE: z
    .stringbool()
    .default(false)
    .describe('Whether workloads of the cluster are read into lineage: Pods, Jobs, CronJobs, Deployments.'),
  KUBERNETES_SOURCE_NAMESPACES: commaList(
    z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be names of namespaces, with commas'),
  )
    .optional()
    .describe('Namespaces that are read, with commas. Without it all are.'),
  KUBERNETES_SOURCE_SUBJECT: z
    .string()
    .default('service:kubernetes')
    .describe('Principal whose `emit` rights events of the cluster need; an administrator makes it.'),
  KUBERNETES_CLUSTER_NAME: z
    .string()
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/,
      'must be 1–100 letters, digits, ".", "_" or "-", with a letter or digit at both ends',
    )
    .optional()
    .describe(
      "The cluster's name in the OpenLineage namespace of its workloads, `kubernetes://NAME`. Default: the uid of its namespace kube-system. Another name makes other jobs of the same workloads.",
    ),
  KUBERNETES_TOKEN_AUDIENCE: z
    .string()
    .regex(/^\S{1,500}$/, 'must be 1–500 characters without blanks')
    .optional()
    .describe(
      "What tokens of the cluster's service accounts must be for; turns them on. They are reviewed by the API server.",
    ),
  KUBERNETES_TOKEN_MAX_AGE_SECONDS: z.coerce
    .number()
    .int()
    .min(5)
    .max(3_600)
    .default(60)
    .describe(
      'How long a review is believed: so long a deleted account or pod may still be let in, in seconds.',
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

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host === '::1' ||
    host === '[::1]' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}

function protocolOf(value: string): string {
  return URL.canParse(value) ? new URL(value).protocol : '';
}
