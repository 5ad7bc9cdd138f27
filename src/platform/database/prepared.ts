import { createHash } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';

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

/**
 * PostgreSQL keeps a plan until somebody analyzes its tables. One from when they were small reads all of them; a table that grows fast is
 * a hundred times as large before that.
 */
const PLAN_MS = 10_000;

/**
 * A connection that prepares the statements that were {@link prepared}, and plans them anew from time to time. One statement at a time: what
 * is sent beside a prepared one, without waiting for it, may come before it.
 */
export class PreparingClient extends Client {
  private plannedAt = Date.now();

  constructor(config?: string | ClientConfig) {
    super(config);
    const send = this.query.bind(this) as (...given: unknown[]) => unknown;
    const sendPrepared = (text: unknown, values?: unknown, ...rest: unknown[]): unknown => {
      const name = typeof text === 'string' && values !== undefined ? names.get(text) : undefined;
      if (name === undefined) return send(text, values, ...rest);
      const ask = () => send({ name, text }, values, ...rest);
      // Who gives a callback gets no promise.
      if (rest.length > 0 || Date.now() - this.plannedAt < PLAN_MS) return ask();
      this.plannedAt = Date.now();
      // Where it fails, in a transaction that has failed before, so does what comes behind it.
      return (send('DISCARD PLANS') as Promise<unknown>).then(ask, ask);
    };
    this.query = sendPrepared as typeof this.query;
  }
}
