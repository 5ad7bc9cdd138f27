import type { ChainedRecord } from './record.js';

/** Table and columns of {@link copyLines}. */
export const RECORD_COLUMNS =
  'audit_record (segment, seq, at, hash, kind, subject, action, namespace, object, is_allowed, body)';

const SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const SURROGATE = /[\ud800-\udfff]/;

/** Records in the text format of `COPY`: each body goes as the bytes that were hashed. */
export function copyLines(segment: string, records: readonly ChainedRecord[]): string {
  const lines = records.map(({ seq, at, hash, kind, columns, body }) => {
    const { subject, action, namespace, object, isAllowed } = columns;
    const start = `${segment}\t${seq}\t${new Date(at).toISOString()}\t\\\\x${hash.toString('hex')}\t${kind}`;
    const found = `${field(subject)}\t${field(action)}\t${field(namespace)}\t${field(object)}`;
    return `${start}\t${found}\t${isAllowed === undefined ? '\\N' : isAllowed ? 't' : 'f'}\t${escaped(body)}\n`;
  });
  return lines.join('');
}

/** A column holds no NUL and no half of a character, which PostgreSQL refuses: one such name would keep all records from being written. */
export function storable(text: string): string {
  const without = text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
  return SURROGATE.test(without) ? Buffer.from(without).toString() : without;
}

function field(text: string | undefined): string {
  return text === undefined ? '\\N' : escaped(storable(text));
}

function escaped(text: string): string {
  return text.replace(SPECIAL, (character) => ESCAPES[character]!);
}
