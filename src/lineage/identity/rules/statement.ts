import { createHash } from 'node:crypto';

/** Statements are told apart by so much of them. */
const MAX_STATEMENT_CHARS = 200_000;

/** Comments, texts, quoted names, numbers, words, blanks, and whatever else, one piece at a time. Each takes a time of its length. */
const PIECE =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$)|\d[\w.]*|[\p{L}_][\p{L}\p{N}_$]*|\s+|[^]/gu;

/**
 * A statement without what differs from run to run: comments and blanks go, texts and numbers become `?`, lists of them one, and words
 * are in small letters, quoted names excepted.
 */
export function normaliseStatement(sql: string): string {
  const pieces: string[] = [];
  for (const [piece] of sql.slice(0, MAX_STATEMENT_CHARS).matchAll(PIECE)) {
    if (piece.startsWith('--') || piece.startsWith('/*') || piece.trim() === '') continue;
    const isLiteral = piece.startsWith("'") || /^\d/.test(piece);
    pieces.push(isLiteral ? '?' : /^["`]/.test(piece) ? piece : piece.toLowerCase());
    while (pieces.at(-1) === '?' && pieces.at(-2) === ',' && pieces.at(-3) === '?') pieces.splice(-2);
  }
  while (pieces.at(-1) === ';') pieces.pop();
  return pieces.join(' ');
}

const TARGET =
  /^((?:insert (?:into|overwrite)|create (?:or replace )?(?:materialized )?(?:table|view)|merge into|update|delete from|refresh materialized view|alter table|drop (?:table|view))) (?:table )?(?:if not exists |if exists )?((?:(?:"[^"]*"|`[^`]*`|[^\s()."`]+)(?: \. )?){1,6})/;

/** A readable name for the job that runs a statement, e.g. `insert into shop.orders 3f9a2c81`: the same for the same normalised one. */
export function nameOfStatement(sql: string): string {
  const statement = normaliseStatement(sql);
  const fingerprint = createHash('sha256').update(statement).digest('hex').slice(0, 8);
  const match = TARGET.exec(statement);
  const words =
    match === null
      ? (/^\w+/.exec(statement)?.[0] ?? 'statement')
      : `${match[1]} ${match[2]!.replaceAll(' . ', '.').trim()}`;
  return `${words.slice(0, 200)} ${fingerprint}`;
}
