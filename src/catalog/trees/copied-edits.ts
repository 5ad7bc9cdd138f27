import { InvalidInputError } from '../../platform/errors/index.js';
import { columnsOf } from '../../platform/index.js';
import { parseSha256, type Sha256 } from '../../storage/index.js';
import { equalBytes } from './bytes.js';
import { writeEdit } from './edits.js';
import { extraOf } from './entry.js';
import { ItemWriter } from './item-writer.js';
import type { Items } from './items.js';

const TAB = 0x09;
const NEWLINE = 0x0a;
const DOT = 0x2e;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const NULL = Buffer.from('\\N');
const DIGEST_DIGITS = 64;
/** A row of edits is about so long; it only spares growing. */
const ROW_BYTES = 128;

/**
 * Edits as PostgreSQL copies them out in text, with the columns path, SHA-256 (NULL: the path is removed), size, content type and
 * metadata. Rows of plain ASCII without metadata, which nearly all are, never become text: a commit of a million would spend most of
 * its time on that. All others go the long way, and so does whatever is wrong with a row, to be told what it is.
 * @param chunks bytes cut anywhere
 * @throws {InvalidInputError}
 */
export async function* copiedEdits(chunks: AsyncIterable<Buffer>): AsyncGenerator<Items> {
  const reader = new RowReader();
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      rest = Buffer.concat([rest, chunk]);
      continue;
    }
    const rows = rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([rest, chunk.subarray(0, end)]);
    rest = chunk.subarray(end);
    const writer = new ItemWriter(Math.ceil(rows.length / ROW_BYTES));
    for (let at = 0; at < rows.length;) at = reader.read(rows, at, writer);
    yield writer.finish();
  }
  if (rest.length > 0)
    throw new InvalidInputError('edits', 'what was copied out ends in the middle of a row');
}

class RowReader {
  private contentType: Buffer = NULL;
  private extra: Buffer = extraOf({ sha256: '' as Sha256, sizeBytes: 0 });

  /** @returns where the next row begins */
  read(rows: Buffer, start: number, writer: ItemWriter): number {
    return this.readPlain(rows, start, writer) ?? readAny(rows, start, writer);
  }

  /** @returns `undefined`, having written nothing, when the row is not plain */
  private readPlain(rows: Buffer, start: number, writer: ItemWriter): number | undefined {
    const pathEnd = endOfPlainPath(rows, start);
    if (pathEnd === undefined) return undefined;
    const digestEnd = pathEnd + 1 + DIGEST_DIGITS;
    if (rows[digestEnd] !== TAB) return undefined;
    let at = digestEnd + 1;
    let sizeBytes = 0;
    if (rows[at] === TAB) return undefined;
    for (; rows[at] !== TAB; at += 1) {
      const digit = rows[at]! - 0x30;
      if (!(digit >= 0 && digit <= 9)) return undefined;
      sizeBytes = sizeBytes * 10 + digit;
    }
    if (sizeBytes > Number.MAX_SAFE_INTEGER) return undefined;
    const typeEnd = rows.indexOf(TAB, at + 1);
    if (rows[typeEnd + 1] !== BACKSLASH || rows[typeEnd + 2] !== 0x4e || rows[typeEnd + 3] !== NEWLINE) {
      return undefined;
    }
    if (!this.knowsContentType(rows, at + 1, typeEnd)) return undefined;
    const isWritten = writer.writePlain(rows, start, pathEnd, pathEnd + 1, sizeBytes, this.extra);
    return isWritten ? typeEnd + 4 : undefined;
  }

  /** Rows that follow each other mostly have the same content type. */
  private knowsContentType(rows: Buffer, start: number, end: number): boolean {
    const { length } = this.contentType;
    if (end - start === length && equalBytes(rows, start, this.contentType, 0, length)) return true;
    const bytes = Buffer.from(rows.subarray(start, end));
    const isNull = bytes.equals(NULL);
    if (!isNull && bytes.includes(BACKSLASH)) return false;
    const contentType = isNull ? undefined : bytes.toString('utf8');
    this.extra = extraOf({ sha256: '' as Sha256, sizeBytes: 0, contentType });
    this.contentType = bytes;
    return true;
  }
}

/** @returns where a path of plain ASCII that keeps all rules of paths ends with a tab; `undefined` for any other */
function endOfPlainPath(rows: Buffer, start: number): number | undefined {
  let segment = 0;
  let dots = 0;
  for (let at = start; at - start <= 1024; at += 1) {
    const byte = rows[at]!;
    if (byte === SLASH || byte === TAB) {
      if (segment === 0 || (dots === segment && dots <= 2)) return undefined;
      if (byte === TAB) return at;
      segment = 0;
      dots = 0;
      continue;
    }
    if (!(byte >= 0x20 && byte < 0x7f) || byte === BACKSLASH) return undefined;
    segment += 1;
    if (byte === DOT) dots += 1;
  }
  return undefined;
}

function readAny(rows: Buffer, start: number, writer: ItemWriter): number {
  const end = rows.indexOf(NEWLINE, start);
  const [path = '', sha256, sizeBytes, contentType, metadata] = columnsOf(rows.toString('utf8', start, end));
  const entry =
    sha256 === undefined
      ? undefined
      : {
          sha256: parseSha256(sha256, 'entry.sha256'),
          sizeBytes: sizeBytes === undefined || sizeBytes === '' ? Number.NaN : Number(sizeBytes),
          ...(contentType !== undefined && { contentType }),
          ...(metadata !== undefined && { metadata: JSON.parse(metadata) as Record<string, string> }),
        };
  writeEdit(writer, { path, entry });
  return end + 1;
}
