import { literal } from '../../merging/parquet/sql-text.js';
import type { Mask } from '../../../policy/index.js';
import { ISO_TIME } from './iso-time.js';
import { constantOf } from './mask-text.js';

/** Block of SHA-256 in bytes. */
const BLOCK_BYTES = 64;

/**
 * A mask over a value in DuckDB. Where there is no text or date to be made of it, nothing is left, of the type that it was.
 * @param field its SQL and its type as DuckDB writes it
 * @param key of the installation, at most a block long
 */
export function maskSql(
  mask: Mask,
  { sql, type }: { readonly sql: string; readonly type: string },
  key: Uint8Array,
): string {
  const constant = constantOf(mask);
  if (constant !== undefined) return literal(constant);
  const nothing = `CAST(NULL AS ${type})`;
  if (mask.kind === 'null' || isNested(type)) return nothing;
  const text = `CAST(${sql} AS VARCHAR)`;
  switch (mask.kind) {
    case 'sha256':
      return `sha256(${text})`;
    case 'hmac':
      return hmacSql(`encode(${text})`, key);
    case 'partial':
      return (
        `CASE WHEN length(${text}) > ${mask.shown} ` +
        `THEN repeat('*', length(${text}) - ${mask.shown}) || right(${text}, ${mask.shown}) ` +
        `ELSE repeat('*', length(${text})) END`
      );
    case 'date': {
      const part = literal(mask.part);
      if (type === 'DATE' || type.startsWith('TIMESTAMP')) {
        return `CAST(date_trunc(${part}, ${sql}) AS ${type})`;
      }
      if (type !== 'VARCHAR') return nothing;
      const day = `TRY_CAST(left(${sql}, 10) AS DATE)`;
      const truncated = `strftime(date_trunc(${part}, ${day}), '%Y-%m-%d')`;
      return `CASE WHEN regexp_full_match(${sql}, ${literal(ISO_TIME)}) THEN ${truncated} END`;
    }
    default:
      return nothing;
  }
}

/** Structs, lists and maps. */
function isNested(type: string): boolean {
  return /^(?:STRUCT|MAP|UNION)\(/.test(type) || type.endsWith(']');
}

/** HMAC-SHA-256 (RFC 2104), which DuckDB does not have. */
function hmacSql(message: string, key: Uint8Array): string {
  if (key.length > BLOCK_BYTES) throw new TypeError('the key is longer than a block');
  const padded = (byte: number): string => {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.set(key);
    return `from_hex('${Buffer.from(block.map((each) => each ^ byte)).toString('hex')}')`;
  };
  return `sha256(${padded(0x5c)} || from_hex(sha256(${padded(0x36)} || ${message})))`;
}
