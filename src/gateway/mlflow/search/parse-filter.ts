import { type Comparison, isPresence, type Operator, type Order } from '../../../catalog/index.js';
import { InvalidInputError, isText, TEXT_RULE } from '../../../platform/errors/index.js';

const MAX_LENGTH = 6000;
const MAX_COMPARISONS = 50;
const MAX_LIST = 1000;
const MAX_ORDERS = 10;

const TOKEN =
  /\s*(?:(?<text>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)|(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))|(?<word>[A-Za-z_][\w/-]*)|(?<sign><=|>=|!=|[=<>(),.]))/y;

interface Token {
  readonly kind: 'text' | 'number' | 'word' | 'sign';
  readonly value: string;
  /** Of a text: its quotation mark. */
  readonly quote?: string;
}

const KINDS: Readonly<Record<string, Comparison['kind']>> = {
  ...{ attribute: 'attribute', attributes: 'attribute', attr: 'attribute', run: 'attribute' },
  ...{ tag: 'tag', tags: 'tag', metric: 'metric', metrics: 'metric' },
  ...{ dataset: 'dataset', datasets: 'dataset' },
  ...{ param: 'param', params: 'param', parameter: 'param', parameters: 'param' },
};
const OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=', 'LIKE', 'ILIKE']);

/**
 * Reads a filter of MLflow's search: comparisons joined by `AND`, like `name LIKE 'x%' AND tags.k = 'v' AND metrics.f1 > 0.5`.
 * Which attributes there are, the search itself says.
 * @throws {InvalidInputError} `filter`, with the place
 */
export function parseFilter(filter: string | undefined): Comparison[] {
  if (filter === undefined || filter.trim() === '') return [];
  const tokens = new Tokens(filter, 'filter');
  const comparisons = [comparison(tokens)];
  while (!tokens.isAtEnd) {
    tokens.expectWord('AND');
    if (comparisons.length === MAX_COMPARISONS)
      tokens.refuse(`must have at most ${MAX_COMPARISONS} comparisons`);
    comparisons.push(comparison(tokens));
  }
  return comparisons;
}

/** Reads `order_by`: a list of `KEY`, `KEY ASC` and `KEY DESC`. @throws {InvalidInputError} `order_by` */
export function parseOrderBy(orders: readonly string[]): Order[] {
  if (orders.length > MAX_ORDERS)
    throw new InvalidInputError('order_by', `must have at most ${MAX_ORDERS} keys`);
  return orders.map((order) => {
    const tokens = new Tokens(order, 'order_by');
    const { kind, key } = identifier(tokens);
    const direction = tokens.isAtEnd ? 'ASC' : tokens.next().value.toUpperCase();
    if (direction !== 'ASC' && direction !== 'DESC') tokens.refuse('a key is followed by ASC or DESC');
    if (!tokens.isAtEnd) tokens.refuse('there is more after the direction');
    return { kind, key, isDescending: direction === 'DESC' };
  });
}

function comparison(tokens: Tokens): Comparison {
  const { kind, key } = identifier(tokens);
  const operator = operatorOf(tokens);
  return { kind, key, operator, value: isPresence(operator) ? '' : valueOf(tokens, operator) };
}

function identifier(tokens: Tokens): Pick<Comparison, 'kind' | 'key'> {
  const first = tokens.next();
  if (first.kind === 'text' && first.quote !== "'") return { kind: 'attribute', key: first.value };
  if (first.kind !== 'word') return tokens.refuse('a comparison begins with a key');
  if (!tokens.skipSign('.')) return { kind: 'attribute', key: first.value };
  const kind = Object.hasOwn(KINDS, first.value.toLowerCase()) ? KINDS[first.value.toLowerCase()] : undefined;
  if (kind === undefined)
    return tokens.refuse(`there is no ${first.value}.…, only attributes, tags, params, metrics and datasets`);
  let { value: key } = tokens.key();
  while (tokens.skipSign('.')) key += `.${tokens.key().value}`;
  return { kind, key };
}

function operatorOf(tokens: Tokens): Operator {
  const { kind, value } = tokens.next();
  const operator = value.toUpperCase();
  if (kind !== 'text' && OPERATORS.has(operator)) return operator as Operator;
  if (kind === 'word' && operator === 'IN') return 'IN';
  if (kind === 'word' && operator === 'NOT') {
    tokens.expectWord('IN');
    return 'NOT IN';
  }
  if (kind === 'word' && operator === 'IS') {
    const { value: next } = tokens.next();
    if (next.toUpperCase() === 'NULL') return 'IS NULL';
    if (next.toUpperCase() !== 'NOT') return tokens.refuse('IS is followed by NULL or NOT NULL');
    tokens.expectWord('NULL');
    return 'IS NOT NULL';
  }
  return tokens.refuse(
    'a key is followed by =, !=, <, <=, >, >=, LIKE, ILIKE, IN, NOT IN, IS NULL or IS NOT NULL',
  );
}

function valueOf(tokens: Tokens, operator: Operator): Comparison['value'] {
  if (operator !== 'IN' && operator !== 'NOT IN') {
    const value = tokens.next();
    if (value.kind === 'number') return Number(value.value);
    if (value.kind === 'text' && value.quote !== '`') return value.value;
    return tokens.refuse('is compared with a text in quotes or a number');
  }
  const list: string[] = [];
  if (!tokens.skipSign('(')) return tokens.refuse(`${operator} is followed by a list, like ('a', 'b')`);
  do {
    const item = tokens.next();
    if (item.kind !== 'text' || item.quote === '`') return tokens.refuse('a list holds texts in quotes');
    if (list.push(item.value) > MAX_LIST) return tokens.refuse(`a list has at most ${MAX_LIST} texts`);
  } while (tokens.skipSign(','));
  if (!tokens.skipSign(')')) return tokens.refuse('a list ends with ")"');
  return list;
}

/** Tokens of a text, read one after the other; one pass, whatever the text is. */
class Tokens {
  private readonly tokens: Token[] = [];
  private index = 0;

  constructor(
    text: string,
    private readonly field: string,
  ) {
    if (text.length > MAX_LENGTH) this.refuse(`must have at most ${MAX_LENGTH} characters`);
    if (!isText(text)) this.refuse(TEXT_RULE);
    const end = text.trimEnd().length;
    let at = 0;
    while (at < end) {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(text);
      if (match === null)
        throw new InvalidInputError(
          field,
          `cannot be read from ${JSON.stringify(text.slice(at, at + 40))} on`,
        );
      at = TOKEN.lastIndex;
      this.tokens.push(tokenOf(match.groups!));
    }
  }

  get isAtEnd(): boolean {
    return this.index === this.tokens.length;
  }

  next(): Token {
    return this.tokens[this.index++] ?? this.refuse('ends in the middle');
  }

  /** What follows the dot of an identifier: keys may begin with digits or read as words of the grammar. */
  key(): Token {
    const token = this.next();
    const isKey =
      token.kind === 'word' || token.kind === 'number' || (token.kind === 'text' && token.quote !== "'");
    return isKey ? token : this.refuse('a key is a word, or in double quotes or backticks');
  }

  skipSign(sign: string): boolean {
    const token = this.tokens[this.index];
    const isThere = token?.kind === 'sign' && token.value === sign;
    if (isThere) this.index += 1;
    return isThere;
  }

  expectWord(word: string): void {
    const token = this.next();
    if (token.kind !== 'word' || token.value.toUpperCase() !== word) this.refuse(`expected ${word}`);
  }

  refuse(rule: string): never {
    const before = this.tokens
      .slice(Math.max(0, this.index - 4), this.index)
      .map(({ value }) => value.slice(0, 40));
    throw new InvalidInputError(
      this.field,
      before.length === 0 ? rule : `${rule}, at ${JSON.stringify(before.join(' '))}`,
    );
  }
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token {
  const { text, number, word, sign } = groups;
  if (text !== undefined) {
    const quote = text[0]!;
    return { kind: 'text', quote, value: text.slice(1, -1).replaceAll(quote + quote, quote) };
  }
  if (number !== undefined) return { kind: 'number', value: number };
  return word !== undefined ? { kind: 'word', value: word } : { kind: 'sign', value: sign! };
}
