import { Client, type ClientConfig } from 'pg';
import { preparedName } from './prepared.js';

/**
 * PostgreSQL keeps a plan until somebody analyzes its tables. One from when they were small reads all of them; a table that grows fast is
 * a hundred times as large before that.
 */
const PLAN_MS = 10_000;

const STARTED = { command: 'START', rowCount: null, rows: [], fields: [], oid: 0 };
const ENDS: ReadonlySet<unknown> = new Set(['COMMIT', 'ROLLBACK']);

type Query = (text: unknown, values?: unknown, ...rest: unknown[]) => Promise<unknown>;

/**
 * A connection of the pool. It prepares the statements that were marked by `prepared`, and plans them anew from time to time. Within a
 * transaction statements are sent without waiting for the answers to those before, beginning with its start; they are carried out in the
 * order in which they were given. Outside of one they are not, so that a connection can be used for COPY.
 */
export class ServiceClient extends Client {
  declare pipeline: boolean;
  private plannedAt = Date.now();

  constructor(config?: string | ClientConfig) {
    super(config);
    const send = this.query.bind(this) as unknown as Query;
    const sendOne: Query = (text, values, ...rest) => {
      // Who gives a callback gets no promise.
      if (rest.length > 0) return send(text, values, ...rest);
      if (text === 'START TRANSACTION') return this.start(send);
      if (ENDS.has(text)) return send(text, values).finally(() => (this.pipeline = false));
      const name = typeof text === 'string' && values !== undefined ? preparedName(text) : undefined;
      if (name === undefined) return send(text, values);
      const isOutdated = Date.now() - this.plannedAt >= PLAN_MS;
      const ask = (): Promise<unknown> => send({ name, text }, values);
      if (!isOutdated) return ask();
      this.plannedAt = Date.now();
      // Where it fails, in a transaction that has failed before, so does what comes behind it.
      const discarded = send('DISCARD PLANS').catch(() => undefined);
      return this.pipeline ? ask() : discarded.then(ask);
    };
    this.query = sendOne as unknown as typeof this.query;
  }

  /** Does not wait: only whoever cancels it that very moment can make it fail. Then the connection is closed, so that the work fails too. */
  private start(send: Query): Promise<unknown> {
    this.pipeline = true;
    send('START TRANSACTION').catch(() => this.connection.stream.destroy());
    return Promise.resolve(STARTED);
  }
}
