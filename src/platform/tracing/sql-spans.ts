import { SpanKind, trace } from '@opentelemetry/api';
import { type EntitySubscriberInterface, EventSubscriber, type QueryRunner } from 'typeorm';
import { fail, tracer } from './span.js';

/** Longest statement that a span shows, in characters. */
const MAX_STATEMENT = 2_000;
const TABLE = /\b(?:from|into|update|join|table)\s+(?:only\s+)?"?([a-z_][a-z0-9_.]*)"?/i;

/** What TypeORM tells of a query. Source: typeorm `QueryEvent.d.ts`, which it does not export. */
interface QueryEvent {
  readonly query: string;
  readonly queryRunner: QueryRunner;
  readonly success?: boolean;
  readonly error?: unknown;
}

/**
 * A span for each statement that is part of traced work, whoever sends it: TypeORM tells of all of them within the work that sends them. Parameters are never
 * shown, nor are literals of the text, nor PostgreSQL's messages, which quote values.
 */
@EventSubscriber()
export class SqlSpans implements EntitySubscriberInterface {
  /** Beginnings of the statements that a connection is busy with: it answers in their order. */
  private readonly begun = new WeakMap<QueryRunner, number[]>();

  beforeQuery({ queryRunner }: QueryEvent): void {
    const begun = this.begun.get(queryRunner) ?? [];
    begun.push(Date.now());
    this.begun.set(queryRunner, begun);
  }

  afterQuery({ query, queryRunner, success, error }: QueryEvent): void {
    const startTime = this.begun.get(queryRunner)?.shift();
    if (trace.getActiveSpan() === undefined) return;
    const { operation, table, text } = describeSql(query);
    const span = tracer().startSpan(table === undefined ? operation : `${operation} ${table}`, {
      kind: SpanKind.CLIENT,
      startTime,
      attributes: {
        'db.system.name': 'postgresql',
        'db.operation.name': operation,
        ...(table !== undefined && { 'db.collection.name': table }),
        'db.query.text': text,
      },
    });
    if (success === false) {
      fail(span, error);
      const { code } = error as { code?: unknown };
      if (typeof code === 'string') span.setAttribute('db.response.status_code', code);
    }
    span.end();
  }
}

/**
 * What may be shown of a statement.
 * @returns `operation` in capitals, the first table it names, and the text without literals, of at most 2,000 characters
 */
export function describeSql(sql: string): { operation: string; table: string | undefined; text: string } {
  const text = sql
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\$([a-z_]*)\$.*?\$\1\$/gi, '?')
    .replace(/'(?:[^']|'')*'/g, '?')
    .replace(/(?<![\w$.])\d+(?:\.\d+)?\b/g, '?');
  const words = /^(?:(with)\b.*?\)\s*)?(\w+)/i.exec(text);
  const operation = (words?.[1] ?? words?.[2] ?? 'SQL').toUpperCase();
  return { operation, table: TABLE.exec(text)?.[1], text: text.slice(0, MAX_STATEMENT) };
}
