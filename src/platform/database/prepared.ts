import { createHash } from 'node:crypto';

/** What {@link prepared} was given, and what it gave. */
const texts = new Map<string, string>();
/** Names of what it gave. */
const names = new Map<string, string>();

const LIST = /\$\d+(::\w+\[\])/g;

/**
 * Marks the text of a statement that is sent again and again, so that a connection parses it once and need not plan it each time. For
 * statements that find rows by their keys: what others are given decides how they are best carried out.
 *
 * PostgreSQL plans anew for every call as long as it takes that to be cheaper, which it does when it sees a list of fewer items than the
 * ten that it expects of any list. So lists (`$1::uuid[]`, always with their type) are put where it does not see them.
 * @param sql one of few texts in all, made of nothing from outside
 * @returns the text to send
 */
export function prepared(sql: string): string {
  let text = texts.get(sql);
  if (text === undefined) {
    text = sql.replace(LIST, '(SELECT $&)$1');
    texts.set(sql, text);
    names.set(text, `cairn_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`);
  }
  return text;
}

/** The name under which a connection keeps a text that was {@link prepared}; undefined for any other. */
export function preparedName(text: string): string | undefined {
  return names.get(text);
}
