import { createHash } from 'node:crypto';
import type { Naming } from '../lineage/script.js';
import type { Problem, ReadStatement, UnreadStatement } from '../model/statement.js';
import { problem } from '../model/problems.js';
import { blocksOpenedBy } from './blocks.js';
import { Cursor, TooDeepFault } from './cursor.js';
import { queryOf } from './queries.js';
import type { Titled } from './shared.js';
import { statementOf } from './statements.js';
import { SyntaxFault, type Token, tokensOf } from './tokens.js';

export function trinoNaming(catalog: string | undefined, schema: string | undefined): Naming {
  return {
    catalog: catalog?.toLowerCase(),
    schemas: schema === undefined ? [] : [schema.toLowerCase()],
    hasFields: true,
    sortsByOutput: true,
    hasWholeRows: false,
  };
}

/** Reads a text in Trino's dialect, statement by statement. Pure. */
export function readTrino(text: string): (ReadStatement | UnreadStatement)[] {
  let tokens: Token[];
  try {
    tokens = tokensOf(text);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    const place = { start: 0, end: text.length, fingerprint: digestOf(text) };
    return [{ ...place, problem: problem('syntax', error.message, error.at) }];
  }
  return statementsIn(tokens).map((part) => readOne(part));
}

function readOne(tokens: readonly Token[]): ReadStatement | UnreadStatement {
  const place = {
    start: tokens[0]!.start,
    end: tokens.at(-1)!.start,
    fingerprint: fingerprintOf(tokens),
  };
  try {
    const { verb, statement, problems } = parse(tokens);
    return { ...place, verb, statement, problems };
  } catch (error) {
    if (error instanceof SyntaxFault)
      return { ...place, problem: problem('syntax', error.message, error.at) };
    // A RangeError is the stack's end.
    if (!(error instanceof TooDeepFault || error instanceof RangeError)) throw error;
    return { ...place, problem: problem('too-complex', 'nested too deeply', place.start) };
  }
}

function parse(tokens: readonly Token[], depth = 0): Titled & { problems: Problem[] } {
  const cursor = new Cursor(tokens, queryOf);
  try {
    return parseWith(cursor, depth);
  } catch (error) {
    const { farthest } = cursor;
    throw error instanceof SyntaxFault && farthest !== undefined && farthest.at > error.at ? farthest : error;
  }
}

function parseWith(cursor: Cursor, depth: number): Titled & { problems: Problem[] } {
  const inner: Problem[] = [];
  const titled = statementOf(cursor, (text) => {
    const [only, ...others] = depth > 3 ? [] : statementsIn(tokensOf(text));
    if (only === undefined || others.length > 0) throw cursor.fault('one statement');
    const read = parse(only, depth + 1);
    // Their places are in another text.
    inner.push(...read.problems.map((told) => ({ ...told, at: -1 })));
    return read;
  });
  if (cursor.peek().type !== 'end') throw cursor.fault('the end');
  cursor.settleWindows();
  return { ...titled, problems: unique([...cursor.problems, ...inner]) };
}

function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((told) => [`${told.code} ${told.subject}`, told])).values()];
}

/** Cuts at semicolons, but for those in the bodies of functions; each part has an end of its own. Parts without a token are left out. */
function statementsIn(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [];
  let part: Token[] = [];
  let open = 0;
  const close = (end: Token) => {
    if (part.length > 0) parts.push([...part, { type: 'end', text: '', start: end.start, end: end.start }]);
    part = [];
    open = 0;
  };
  tokens.forEach((token, i) => {
    if (token.type === 'end' || (token.type === 'symbol' && token.text === ';' && open === 0))
      return close(token);
    if (isInFunction(part)) open = Math.max(0, open + blocksOpenedBy((ahead) => tokens[i + ahead]));
    part.push(token);
  });
  return parts;
}

function isInFunction(part: readonly Token[]): boolean {
  return part.slice(0, 4).some(({ type, text }) => type === 'word' && text === 'FUNCTION');
}

/** The same for statements that differ in literals, case, space and comments only, and in how many literals a list has. */
function fingerprintOf(tokens: readonly Token[]): string {
  const words = tokens.map(({ type, text }) =>
    type === 'string' || type === 'number' ? '?' : type === 'name' ? text.toLowerCase() : text.toLowerCase(),
  );
  return digestOf(words.join(' ').replace(/\?(?: , \?)+/g, '?'));
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
