import type { Influence, Offset } from '../model/expression.js';
import { problem } from '../model/problems.js';
import type { Query } from '../model/query.js';
import type { Problem, ProblemCode } from '../model/statement.js';
import { SyntaxFault, type Token } from './tokens.js';

/** Words that are no names unless they are quoted. Source: Trino's SqlBase.g4, all keywords without `nonReserved`. */
const RESERVED: ReadonlySet<string> = new Set(
  `ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH CURRENT_ROLE
   CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE DISTINCT DROP ELSE END ESCAPE EXCEPT
   EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN INNER INSERT INTERSECT INTO IS JOIN JSON_ARRAY JSON_EXISTS
   JSON_OBJECT JSON_QUERY JSON_TABLE JSON_VALUE LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT NULL ON OR ORDER
   OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT SKIP TABLE THEN TRIM TRUE UESCAPE UNION UNNEST USING VALUES WHEN WHERE WITH`
    .trim()
    .split(/\s+/),
);

/** Nesting that is followed. Each level takes some frames of the stack here and where lineage is resolved. */
const MAX_DEPTH = 600;

/** A text is nested more deeply than is followed. */
export class TooDeepFault extends Error {}

/** A query in parentheses, where it ends, and what was told of it. */
interface TriedQuery {
  readonly query: Query;
  readonly next: number;
  readonly told: readonly Problem[];
}

/** Where the reading of one statement stands, and what it could not tell. */
export class Cursor {
  readonly problems: Problem[] = [];
  /** Functions that the statement itself defines. */
  readonly ownFunctions = new Set<string>();
  /** What stands in parentheses, by its place: a query and where it ends, or not a query. Each place is tried once. */
  private readonly queriesAt = new Map<number, TriedQuery | undefined>();
  at = 0;
  /** What was tried as a query and is none: where that broke off says more than where its second reading did. */
  farthest: SyntaxFault | undefined;
  /** Calls whose window is named before it is defined; those of the innermost SELECT last. */
  private awaited: { readonly window: string; readonly into: Influence[] }[] = [];
  private depth = 0;

  /** @param readQuery handed in, because expressions hold queries and queries hold expressions */
  constructor(
    private readonly tokens: readonly Token[],
    private readonly readQuery: (cursor: Cursor) => Query,
  ) {}

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  /** Whether the words (or symbols) come next, in this order. */
  isNext(...texts: readonly string[]): boolean {
    return texts.every((text, ahead) => {
      const token = this.peek(ahead);
      return (token.type === 'word' || token.type === 'symbol') && token.text === text;
    });
  }

  isNextAnyOf(...texts: readonly string[]): boolean {
    return texts.some((text) => this.isNext(text));
  }

  take(): Token {
    const token = this.peek();
    this.at = Math.min(this.at + 1, this.tokens.length - 1);
    return token;
  }

  /** Takes the words if they come next. */
  accept(...texts: readonly string[]): boolean {
    if (!this.isNext(...texts)) return false;
    this.at += texts.length;
    return true;
  }

  /** @throws {SyntaxFault} */
  expect(...texts: readonly string[]): void {
    if (!this.accept(...texts)) throw this.fault(texts.join(' '));
  }

  fault(expected: string): SyntaxFault {
    const { type, text, start } = this.peek();
    // A literal may be a secret.
    const found =
      type === 'end' ? 'the end' : type === 'string' ? 'a string' : JSON.stringify(text.slice(0, 50));
    return new SyntaxFault(`expected ${expected}, found ${found}`, start);
  }

  isName(ahead = 0): boolean {
    const { type, text } = this.peek(ahead);
    return type === 'name' || (type === 'word' && !RESERVED.has(text));
  }

  /** A name, folded: Trino tells no upper from lower case, in quotes neither. */
  name(): string {
    if (!this.isName()) throw this.fault('a name');
    return this.take().text.toLowerCase();
  }

  /** `a.b.c` */
  path(): string[] {
    const parts = [this.name()];
    while (this.isNext('.') && this.isName(1)) {
      this.take();
      parts.push(this.name());
    }
    return parts;
  }

  /** `(a, b)` if it comes next. */
  nameList(): string[] | undefined {
    return this.isNext('(') ? this.inParentheses(() => this.listOf(() => this.name())) : undefined;
  }

  listOf<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(',')) items.push(item());
    return items;
  }

  inParentheses<T>(inner: () => T): T {
    this.expect('(');
    const value = this.deeper(inner);
    this.expect(')');
    return value;
  }

  /** @throws {TooDeepFault} */
  deeper<T>(inner: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new TooDeepFault();
    try {
      return inner();
    } finally {
      this.depth--;
    }
  }

  /** Passes over what stands in parentheses, whatever it is. */
  skipParentheses(): void {
    this.expect('(');
    for (let open = 1; open > 0;) {
      if (this.peek().type === 'end') throw this.fault(')');
      if (this.isNext('(')) open++;
      if (this.isNext(')')) open--;
      this.take();
    }
  }

  skipToEnd(): void {
    this.at = this.tokens.length - 1;
  }

  /** Has the keys of a window added to a call's influences once the window is known. */
  awaitWindow(window: string, into: Influence[]): void {
    this.awaited.push({ window, into });
  }

  /** Runs the reading of one SELECT. @param read gives its named windows too */
  withWindows<T>(read: () => { value: T; windows: ReadonlyMap<string, readonly Influence[]> }): T {
    const outer = this.awaited;
    this.awaited = [];
    try {
      const { value, windows } = read();
      this.settleWindows(windows);
      return value;
    } finally {
      this.awaited = outer;
    }
  }

  /** Gives the calls that wait their windows, and tells of those that nobody defined. */
  settleWindows(windows: ReadonlyMap<string, readonly Influence[]> = new Map()): void {
    for (const { window, into } of this.awaited) {
      const keys = windows.get(window);
      if (keys === undefined) this.tell('unsupported-construct', `window ${window}`, this.peek().start);
      else into.push(...keys);
    }
    this.awaited = [];
  }

  query(): Query {
    return this.deeper(() => this.readQuery(this));
  }

  /**
   * Reads `(query)` if that is what comes next: parentheses hold expressions and relations as well.
   * @returns undefined, with nothing taken, when it is none
   */
  queryInParentheses(): Query | undefined {
    const from = this.at;
    if (!this.beginsQuery()) return undefined;
    const isTried = this.queriesAt.has(from);
    const tried = isTried ? this.queriesAt.get(from) : this.tryQuery();
    this.queriesAt.set(from, tried);
    if (isTried && tried !== undefined) this.problems.push(...tried.told);
    this.at = tried?.next ?? from;
    return tried?.query;
  }

  private beginsQuery(): boolean {
    if (!this.isNext('(')) return false;
    let ahead = 1;
    while (this.peek(ahead).text === '(' && this.peek(ahead).type === 'symbol') ahead++;
    const { type, text } = this.peek(ahead);
    if (type !== 'word' || !['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(text)) return false;
    return text !== 'TABLE' || this.peek(ahead + 1).text !== '(';
  }

  private tryQuery(): TriedQuery | undefined {
    const from = this.at;
    const told = this.problems.length;
    try {
      const query = this.inParentheses(() => this.query());
      return { query, next: this.at, told: this.problems.slice(told) };
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      if (error.at > (this.farthest?.at ?? -1)) this.farthest = error;
      this.at = from;
      this.problems.length = told;
      return undefined;
    }
  }

  tell(code: ProblemCode, subject: string, at: Offset): void {
    this.problems.push(problem(code, subject, at));
  }
}
