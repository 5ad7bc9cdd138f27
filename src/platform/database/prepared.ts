import { createHash } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';

const names = new Map<string, string>();

/**
 * Marks the text of a statement that is sent again and again, so that a connection parses it once and need not plan it each time. For
 * statements that find rows by their keys: what others are given decides how they are best carried out.
 * @param sql one of few texts in all, made of nothing from outside
 * @returns the text
 */
export function prepared(sql: string): string {
  if (!names.has(sql)) names.set(sql, `cairn_${createHash('sha256').update(sql).digest('hex').slice(0, 16)}`);
  return sql;
}

/** A connection that prepares the statements that were {@link prepared}. */
export class PreparingClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    const send = this.query.bind(this) as (...given: unknown[]) => unknown;
    const sendPrepared = (text: unknown, values?: unknown, ...rest: unknown[]): unknown => {
      const name = typeof text === 'string' && values !== undefined ? names.get(text) : undefined;
      return name === undefined ? send(text, values, ...rest) : send({ name, text }, values, ...rest);
    };
    this.query = sendPrepared as typeof this.query;
  }
}
