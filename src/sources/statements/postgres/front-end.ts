import { createHash } from 'node:crypto';
import type { Node } from 'libpg-query';
import type { Naming } from '../lineage/script.js';
import type { Offset } from '../model/expression.js';
import { problem } from '../model/problems.js';
import type { ReadStatement, UnreadStatement } from '../model/statement.js';
import { queryOf } from './queries.js';
import { Reader } from './reader.js';
import { statementOf } from './statements.js';

/** A statement as PostgreSQL's parser gives it. Places are bytes of the text in UTF-8. */
export type ParsedStatement = {
  readonly start: number;
  readonly end: number;
  readonly fingerprint?: string;
} & (
  | { readonly tree: Node }
  | { readonly error: string; readonly errorAt: number }
  | { readonly tooComplex: string }
);

/** Tables that a name without schema means before those of the default schema: the system's own. */
export function postgresNaming(catalog: string | undefined, schema: string | undefined): Naming {
  return {
    catalog,
    schemas: [schema ?? 'public'],
    hasFields: false,
    sortsByOutput: false,
    hasWholeRows: true,
    systemSchemaOf: (table) => (table.startsWith('pg_') ? 'pg_catalog' : undefined),
  };
}

/** Maps the parser's trees to statements. Pure. */
export function readPostgres(
  text: string,
  parsed: readonly ParsedStatement[],
): (ReadStatement | UnreadStatement)[] {
  const offsetOf = offsets(text);
  return parsed.map((one) => {
    const place = placeOf(text, offsetOf(one.start), offsetOf(one.end), one.fingerprint);
    if ('error' in one)
      return { ...place, problem: problem('syntax', withoutLiteral(one.error), offsetOf(one.errorAt)) };
    if ('tooComplex' in one)
      return { ...place, problem: problem('too-complex', one.tooComplex, place.start) };
    const reader = new Reader(offsetOf, queryOf);
    try {
      const { verb, statement } = statementOf(reader, one.tree);
      return { ...place, verb, statement, problems: reader.problems };
    } catch (error) {
      // The stack's end.
      if (!(error instanceof RangeError)) throw error;
      return { ...place, problem: problem('too-complex', 'nested too deeply', place.start) };
    }
  });
}

/** The place of an error is told by its token; a literal may be a secret. */
function withoutLiteral(message: string): string {
  return message.replace(/near "(?:[eEbBxXnN]|[uU]&)?['$].*$/s, 'near a literal');
}

/** A statement that the parser cannot fingerprint is told from others by its text. */
function placeOf(text: string, start: Offset, end: Offset, fingerprint: string | undefined) {
  const own = () => createHash('sha256').update(text.slice(start, end).trim()).digest('hex').slice(0, 16);
  return { start, end, fingerprint: fingerprint ?? own() };
}

/** From bytes of UTF-8 to UTF-16 units. */
function offsets(text: string): (byte: number) => Offset {
  const bytes = Buffer.from(text);
  if (bytes.length === text.length) return (byte) => byte;
  const units = new Uint32Array(bytes.length + 1);
  let unit = 0;
  for (let at = 0; at < bytes.length; at++) {
    units[at] = unit;
    const next = bytes[at + 1];
    // A character ends where no continuation byte follows; one of four bytes is two units.
    if (next === undefined || (next & 0xc0) !== 0x80) unit += isOfFour(bytes, at) ? 2 : 1;
  }
  units[bytes.length] = unit;
  return (byte) => units[Math.min(byte, bytes.length)] ?? unit;
}

function isOfFour(bytes: Uint8Array, last: number): boolean {
  return last >= 3 && (bytes[last]! & 0xc0) === 0x80 && (bytes[last - 3]! & 0xf8) === 0xf0;
}
