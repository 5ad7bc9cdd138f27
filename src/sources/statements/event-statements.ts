import { createHash } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type SqlAnswer, type SqlQuestion, type SqlReader, SqlStatements } from '../../lineage/index.js';
import { analyzeText } from './analysis.js';
import { answerOf, tableOfQuestion } from './event-answer.js';
import { analysisDuration } from './metrics.js';
import { PostgresParser } from './postgres/postgres-parser.js';

/** Of SQL that an event carries. Longer texts are not read. */
const MAX_QUERY_CHARS = 65_536;
/** A tenth of what a posted statement may take, as events do not wait for each other's work. */
const MAX_WORK = 300_000;
/** Never reached by texts of that length, or the graph would not follow from the events alone. */
const PARSE_TIMEOUT_MS = 30_000;
const CACHE = { max: 5_000, maxSize: 200_000 } as const;

/** Reads the statements that OpenLineage events carry. Each once: a job that runs every minute sends the same text each time. */
@Injectable()
export class EventStatements implements SqlReader, OnApplicationShutdown {
  private readonly parser = new PostgresParser(PARSE_TIMEOUT_MS);
  /** By a hash of the question. Sizes are counts of columns. */
  private readonly answers = new LRUCache<string, SqlAnswer>({
    ...CACHE,
    sizeCalculation: ({ outputs }) => 1 + outputs.reduce((sum, { columns }) => sum + columns.length, 0),
  });

  constructor(statements: SqlStatements) {
    statements.register(this);
  }

  async read(question: SqlQuestion): Promise<SqlAnswer> {
    if (question.query.length > MAX_QUERY_CHARS)
      return { outputs: [], problems: [`it is longer than ${MAX_QUERY_CHARS} characters`] };
    const key = createHash('sha256').update(JSON.stringify(question)).digest('base64');
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const answer = await this.analyze(question);
    this.answers.set(key, answer);
    return answer;
  }

  /** After the last request was answered: an event whose statement the parser was not there for would be one without columns. */
  async onApplicationShutdown(): Promise<void> {
    await this.parser.close();
  }

  private async analyze(question: SqlQuestion): Promise<SqlAnswer> {
    const { dialect, query: sql, inputs, outputs } = question;
    const stop = analysisDuration.startTimer({ dialect });
    try {
      const columns = new Map(
        [...inputs, ...outputs].flatMap((table) =>
          table.columns === undefined ? [] : [[table.name, table.columns.map((name) => ({ name }))] as const],
        ),
      );
      const text = { dialect, sql, tableOf: tableOfQuestion(question), maxWork: MAX_WORK };
      const analyzed = await analyzeText(text, this.parser, () =>
        Promise.resolve((table) => columns.get(table)),
      );
      return answerOf(question, analyzed);
    } finally {
      stop();
    }
  }
}
