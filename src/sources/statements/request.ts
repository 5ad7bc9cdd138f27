import { z } from 'zod';
import { DIALECTS } from './analysis.js';

const MAX_NAME_CHARS = 500;
const MAX_SCHEMAS = 1_000;
const MAX_COLUMNS = 5_000;

const name = z.string().min(1).max(MAX_NAME_CHARS);

/** `postgres://db:5432`, as OpenLineage names the engine: no credentials, no path. */
const SOURCE = z
  .string()
  .max(MAX_NAME_CHARS)
  .regex(
    /^(?:postgres|trino):\/\/[^\s/?#@]+$/,
    'must be postgres://HOST:PORT or trino://HOST:PORT, without credentials or path',
  );

const SCHEMA = z.strictObject({
  table: name.describe('As a statement would name it, without quotes: `t`, `schema.t`, `catalog.schema.t`.'),
  columns: z.array(name).min(1).max(MAX_COLUMNS),
});

const JOB = z.strictObject({ namespace: name, name });

/** A text to be analysed. */
export const ANALYSIS = z.strictObject({
  dialect: z.enum(DIALECTS),
  sql: z.string().min(1, 'must not be empty'),
  source: SOURCE.optional(),
  defaultCatalog: name.optional(),
  defaultSchema: name.optional(),
  schemas: z.array(SCHEMA).max(MAX_SCHEMAS).optional(),
});
export type AnalysisRequest = z.infer<typeof ANALYSIS>;

/** A text that an engine has run. */
export const STATEMENT = ANALYSIS.extend({
  source: SOURCE,
  user: name.optional(),
  /** When it ended. */
  time: z.iso.datetime({ offset: true, error: 'must be a date and time with offset (RFC 3339)' }).optional(),
  queryId: name.optional(),
  job: JOB.optional(),
  parent: z.strictObject({ run: z.strictObject({ runId: z.uuid() }), job: JOB }).optional(),
  engineVersion: name.optional(),
}).check((context) => {
  const { dialect, source } = context.value;
  const scheme = dialect === 'trino' ? 'trino:' : 'postgres:';
  if (!source.startsWith(scheme))
    context.issues.push({
      code: 'custom',
      path: ['source'],
      message: `must begin with ${scheme}// for the dialect ${dialect}`,
      input: source,
    });
});
export type StatementRequest = z.infer<typeof STATEMENT>;
