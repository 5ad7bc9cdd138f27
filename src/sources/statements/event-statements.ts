import { createHash } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type SqlAnswer, type SqlQuestion, type SqlReader, SqlStatements } from '../../lineage/index.js';
import { type AnalyzedStatement, analyzeText, type Dialect } from './analysis.js';
import { foldedQuestion, isWhole } from './common-question.js';
import { answerOf, tableOfQuestion } from './event-answer.js';
import { analysisDuration } from './metrics.js';
import type { ProblemCode } from './model/statement.js';
import { isCommonSql } from './postgres/common-sql.js';
import { PostgresParser } from './postgres/postgres-parser.js';

/** Of SQL that an event carries. What has more is not read. */
const MAX_QUERY_CHARS = 32_768;
const MAX_SEMICOLONS = 500;
/** PostgreSQL's scanner takes the square of the length of such a run. */
const MAX_OPERATORS = 1_000;
const OPERATORS = /[-~!@#^&|`?+*/%<>=]+/g;
/** A tenth of what a posted statement may take, as events do not wait for each other's work. */
const MAX_WORK = 300_000;
/** Never reached by texts of that length, or the graph would not follow from the events alone. */
const PARSE_TIMEOUT_MS = 30_000;
const CACHE = { max: 5_000, maxSize: 200_000 } as const;

/** An answer, and whether the text alone made it so: what the machine did is no property of the statement. */
interface Found {
  readonly answer: SqlAnswer;
  readonly isOfText: boolean;
}

const NOTHING: SqlAnswer = { outputs: [], problems: [] };

/** Reads the statements that OpenLineage events carry. Each once: a job that runs every minute sends the same text each time. */
@Injectable()
export class EventStatements implements SqlReader, OnApplicationShutdown {
  private readonly parser = new PostgresParser(PARSE_TIMEOUT_MS);
  /** By a hash of the question. Sizes are counts of columns. */
  private readonly answers = new LRUCache<string, SqlAnswer>({
    ...CACHE,
    sizeCalculation: ({ outputs }) => 1 + outputs.reduce((sum, { columns }) => sum + columns.length, 0),
  });

  private readonly underWay = new Map<string, Promise<SqlAnswer>>();

  constructor(statements: SqlStatements) {
    statements.register(this);
  }

  async read(question: SqlQuestion): Promise<SqlAnswer> {
    const excess = excessOf(question.query);
    if (excess !== undefined) return { outputs: [], problems: [`it has more than ${excess}`] };
    const key = createHash('sha256').update(JSON.stringify(question)).digest('base64');
    const known = this.answers.get(key) ?? this.underWay.get(key);
    if (known !== undefined) return known;
    const answer = this.analyze(question)
      .then(({ answer: found, isOfText }) => {
        if (isOfText) this.answers.set(key, found);
        return found;
      })
      .finally(() => this.underWay.delete(key));
    this.underWay.set(key, answer);
    return answer;
  }

  /** After the last request was answered: an event whose statement the parser was not there for would be one without columns. */
  async onApplicationShutdown(): Promise<void> {
    await this.parser.close();
  }

  private async analyze(question: SqlQuestion): Promise<Found> {
    const { dialect } = question;
    return dialect === 'common' ? this.analyzeCommon(question) : this.analyzeIn(dialect, question);
  }

  /** What is not read at all is no oddity of an event. */
  private async analyzeCommon(question: SqlQuestion): Promise<Found> {
    const folded = foldedQuestion(question);
    if (folded === undefined) return { answer: NOTHING, isOfText: true };
    const parsed = await this.parser.parse(question.query);
    if (!isCommonSql(parsed, folded.question))
      return { answer: NOTHING, isOfText: !('problem' in parsed && FAILURES.has(parsed.problem.code)) };
    const { answer, isOfText } = await this.analyzeIn('postgresql', folded.question);
    return { answer: isWhole(answer, folded.question) ? folded.unfold(answer) : NOTHING, isOfText };
  }

  private async analyzeIn(dialect: Dialect, question: SqlQuestion): Promise<Found> {
    const { inputs, outputs } = question;
    const columns = new Map(
      [...inputs, ...outputs].flatMap((table) =>
        table.columns === undefined ? [] : [[table.name, table.columns.map((name) => ({ name }))] as const],
      ),
    );
    const options = { dialect, tableOf: tableOfQuestion(question), maxWork: MAX_WORK };
    const stop = analysisDuration.startTimer({ dialect });
    try {
      const analyzed = await analyzeFilled(question.query, (sql) =>
        analyzeText({ ...options, sql }, this.parser, () => Promise.resolve((table) => columns.get(table))),
      );
      const hasFailed = analyzed.some(({ problems }) => problems.some(({ code }) => FAILURES.has(code)));
      return { answer: answerOf(question, analyzed), isOfText: !hasFailed };
    } finally {
      stop();
    }
  }
}

/** What a text has too much of to be read beside others' events. By its form alone, as time says something else each time. */
function excessOf(query: string): string | undefined {
  if (query.length > MAX_QUERY_CHARS) return `${MAX_QUERY_CHARS} characters`;
  if (query.split(';').length > MAX_SEMICOLONS) return `${MAX_SEMICOLONS} semicolons`;
  const runs = query.match(OPERATORS) ?? [];
  return runs.some(({ length }) => length > MAX_OPERATORS)
    ? `${MAX_OPERATORS} operators in a row`
    : undefined;
}

/** Ends of the parser that another try may not come to. */
const FAILURES: ReadonlySet<ProblemCode> = new Set(['timeout', 'parser-failed']);

/** Where values of Python's drivers go: `%s`, `%(day)s`, `:day`, and `%%` for a percent sign. They are no SQL. */
const PLACES_OF_VALUES = /%s\b|%\(\w{1,100}\)s|(?<![:\w]):[a-z_]\w{0,100}|%%/gi;

/** Reads a text as it stands; where that is no SQL, with values in the places that a driver fills. */
async function analyzeFilled(
  sql: string,
  analyze: (sql: string) => Promise<AnalyzedStatement[]>,
): Promise<AnalyzedStatement[]> {
  const analyzed = await analyze(sql);
  if (!analyzed.some(isUnread)) return analyzed;
  const filled = sql.replace(PLACES_OF_VALUES, (place) => (place === '%%' ? '%' : '(NULL)'));
  if (filled === sql) return analyzed;
  const again = await analyze(filled);
  return again.some(isUnread) ? analyzed : again;
}

function isUnread({ status }: AnalyzedStatement): boolean {
  return status === 'unparsed';
}
