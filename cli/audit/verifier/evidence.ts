import { z } from 'zod';

/** A row of the log as it lies in the database. */
const RECORD = z.object({
  type: z.literal('record'),
  segment: z.string(),
  seq: z.number(),
  at: z.string(),
  hash: z.string(),
  kind: z.string(),
  subject: z.string().nullable(),
  action: z.string().nullable(),
  namespace: z.string().nullable(),
  object: z.string().nullable(),
  isAllowed: z.boolean().nullable(),
  body: z.string(),
});

const LINE = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('log'),
    format: z.literal(1),
    installation: z.string(),
    publicKey: z.string(),
    key: z.string(),
    at: z.string(),
  }),
  z.object({ type: z.literal('root'), name: z.string(), text: z.string().optional() }),
  RECORD,
  z.object({ type: z.literal('copy'), number: z.number(), document: z.string() }),
  z.object({ type: z.literal('waiting'), id: z.string(), at: z.string() }),
  z.object({ type: z.literal('end'), roots: z.number(), at: z.string() }),
]);

/** What a root says. */
export const ROOT = z.object({
  number: z.int(),
  at: z.string(),
  installation: z.string(),
  previous: z.string(),
  key: z.string(),
  count: z.int(),
  tree: z.string(),
  segments: z.array(
    z.object({
      segment: z.string(),
      from: z.int().min(0),
      to: z.int().min(0),
      head: z.string(),
      tree: z.string(),
    }),
  ),
});

/** A root as it is signed. */
export const SIGNED_ROOT = z.object({ document: z.string(), signature: z.string() });

export type EvidenceRecord = z.infer<typeof RECORD>;
export type EvidenceLine = z.infer<typeof LINE>;
export type RootSaid = z.infer<typeof ROOT>;
export type RootedSegment = RootSaid['segments'][number];

/** A line of evidence; undefined for what is none. */
export function parseLine(text: string): EvidenceLine | undefined {
  return parseJson(LINE, text);
}

/** JSON of a form; undefined for anything else. */
export function parseJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
