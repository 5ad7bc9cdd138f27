import { createHash } from 'node:crypto';
import type { EvidenceRecord } from './evidence.js';
import type { Keys } from './keys.js';

const SIGNED: ReadonlySet<string> = new Set(['opened', 'closed', 'retired']);

/** What a body says, as far as it is looked at. */
export type Body = Readonly<Record<string, unknown>>;

/** SHA-256(previous ‖ body), in hex. */
export function linkHash(previousHex: string, body: string): string {
  return createHash('sha256').update(Buffer.from(previousHex, 'hex')).update(body).digest('hex');
}

/** What is wrong with a row by itself: columns that do not say what the body says, or a signature that is not the service's. */
export function problemOfRow(
  row: EvidenceRecord,
  body: Body | undefined,
  installation: string,
  keys: Keys,
): string | undefined {
  if (body === undefined) return 'its body is not JSON';
  const column = wrongColumn(row, body);
  if (column !== undefined) return `its column ${column} is not what its body says`;
  if ((row.kind === 'opened') !== (row.seq === 0))
    return row.seq === 0
      ? 'its segment does not begin with an opening'
      : 'a segment is opened within a segment';
  if (!SIGNED.has(row.kind)) return undefined;
  const { kind, at: _, signature, ...said } = body;
  if (!keys.signed(JSON.stringify({ kind, ...said }), signature))
    return `"${row.kind}" is not signed by the service`;
  if (row.kind !== 'retired' && body['segment'] !== row.segment) return `"${row.kind}" is of another segment`;
  if (row.kind === 'opened' && body['installation'] !== installation)
    return 'its segment is of another installation';
  if (row.kind === 'closed' && body['records'] !== row.seq)
    return 'its segment had another number of records';
  return undefined;
}

function wrongColumn(row: EvidenceRecord, body: Body): string | undefined {
  const asked = (row.kind === 'change' ? body : (body['input'] ?? {})) as Body;
  const text = (value: unknown): string | null => (typeof value === 'string' ? storable(value) : null);
  const name = text(asked['name']);
  const expected = {
    kind: text(body['kind']),
    at: `${String(body['at']).slice(0, -1)}000Z`,
    subject: text(asked['subject']),
    action: text(asked['action']),
    namespace: text(asked['namespace']),
    object: name === null ? null : `${text(asked[row.kind === 'change' ? 'on' : 'kind']) ?? ''}/${name}`,
    isAllowed: typeof body['allowed'] === 'boolean' ? body['allowed'] : null,
  };
  return (Object.keys(expected) as (keyof typeof expected)[]).find((key) => expected[key] !== row[key]);
}

/** PostgreSQL keeps neither NUL nor halves of characters. */
function storable(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\ufffd')).toString();
}
