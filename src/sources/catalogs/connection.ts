import { z } from 'zod';

const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** How a source is reached, by its type. Never holds a secret: those are in the service's environment. */
export const SETTINGS = {
  postgres: z.strictObject({
    host: z.string().min(1).max(255),
    port: z.int().min(1).max(65_535).default(5432),
    database: z.string().min(1).max(63),
    tls: z.boolean().default(true),
  }),
  s3: z.strictObject({
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
    prefix: z
      .string()
      .max(512)
      .regex(/^$|\/$/, 'must be empty or end in "/"')
      .default(''),
    endpoint: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
    region: z.string().min(1).max(64).default('us-east-1'),
  }),
} as const;

/** A type of source. */
export type ConnectionType = keyof typeof SETTINGS;

/** What is given to make a connection. */
export const CREATE_CONNECTION = z.object({
  name: z.string().regex(NAME, 'must be 1–63 lower-case letters, digits or "-"'),
  type: z.enum(['postgres', 's3']),
  settings: z.record(z.string(), z.unknown()),
  credentials: z.string().regex(NAME, 'must be 1–63 lower-case letters, digits or "-"').optional(),
  subject: z.string().max(200).optional(),
  intervalSeconds: z.int().min(10).max(604_800).default(3_600),
});

/** A source that is looked at again and again. */
export interface Connection {
  readonly name: string;
  readonly type: ConnectionType;
  readonly settings: Readonly<Record<string, unknown>>;
  /** `X` for the files `X/username` and `X/password` in CAIRN_CREDENTIALS_DIR. */
  readonly credentials: string | null;
  /** Whose `emit` rights the events need. */
  readonly subject: string;
  readonly intervalSeconds: number;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Number of the scan that began last. */
  readonly scan: number;
  /** When the last whole scan ended. */
  readonly succeededAt: Date | null;
  /** Since when scans have failed; null while they succeed. */
  readonly staleSince: Date | null;
  /** Why the last scan failed. */
  readonly problem: string | null;
  readonly nextScanAt: Date;
  /** Tables that are known and not removed. */
  readonly tables: number;
}
