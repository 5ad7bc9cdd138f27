import type { GraphQLSchema } from 'graphql';
import pLimit from 'p-limit';
import { type Answer, ask } from './ask.js';
import { idsIn, markersIn, measured, normalised, talkativeNodes, wordsOf } from './compare.js';
import { changedTables, digest, idsOfHidden } from './database.js';
import { ADMINISTRATOR, ASKING } from './principals.js';
import { ROWS } from './rows/index.js';
import { type Question, type Row, silent } from './rows/row.js';
import { sweep } from './sweep.js';
import { Tally } from './tally.js';
import { MissingThingError, type Things } from './things.js';
import type { World, Worlds } from './worlds.js';

const AT_ONCE = 8;
const SWEPT: Row = silent('sweep', 'saysNothing');

/** What is asked in both worlds at one place of a row. */
interface Pair {
  readonly route: string;
  readonly row: Row;
  readonly a: Question;
  readonly b: Question;
  /** Whether it is about what hidden jobs read or wrote. */
  readonly isConnected: boolean;
  /** Of several fields any may be told to be refused: each is asked alone then. */
  readonly isLoose?: boolean;
}

/** Asks every row as every principal in both worlds, and compares. */
export class Matrix {
  readonly tally = new Tally();
  private readonly limit = pLimit(AT_ONCE);
  /** Words that the administrator of the world without hidden things was told where things are connected. */
  private readonly openWords = new Set<string>();

  private constructor(
    readonly worlds: Worlds,
    private readonly hiddenIds: ReadonlySet<string>,
  ) {}

  static async of(worlds: Worlds): Promise<Matrix> {
    return new Matrix(worlds, await idsOfHidden(worlds));
  }

  /** What shows, asked by all who may not see what is hidden. */
  async asReaders(): Promise<void> {
    const pairs = this.pairs((row) => !row.isWrite);
    await this.learnOpenWords(pairs.filter(({ row }) => row.opaque));
    for (const { name, isBrief } of ASKING)
      await this.all(
        isBrief ? oneOfEach(pairs) : pairs,
        async (pair) => void (await this.compare(name, pair)),
      );
  }

  /**
   * Every field of the schema, on the shortest way to it. Where not all fields of a type are shown to somebody they are asked one by one: an error takes
   * the answers beside it away.
   */
  async asSweepers(schema: GraphQLSchema): Promise<void> {
    const { a, b, hidden } = this.worlds;
    const [left, right, guessed] = [sweep(schema, a.open), sweep(schema, b.open), sweep(schema, hidden)];
    const pairOf = (one: Question, other: Question): Pair => ({
      ...{
        route: 'sweep',
        row: SWEPT,
        a: one,
        b: other,
        isConnected: false,
        isLoose: one.body!.includes('__typename'),
      },
    });
    for (const { name, isBrief } of ASKING) {
      if (isBrief) continue;
      await Promise.all(
        left.map((swept, at) =>
          this.limit(async () => {
            if (await this.compare(name, pairOf(swept.together, right[at]!.together))) return;
            for (const [place, question] of swept.alone.entries())
              await this.compare(name, pairOf(question, right[at]!.alone[place]!));
          }),
        ),
      );
    }
    const roots = guessed.filter(({ alone }) => alone.length === 0);
    await this.all(
      roots.map(({ together }) => pairOf(together, together)),
      async (pair) => {
        for (const { name, isBrief } of ASKING) if (!isBrief) await this.compare(name, pair);
      },
    );
  }

  /** What changes: all are answered as in a world where there is no such thing, and nothing is changed. */
  async asWriters(): Promise<void> {
    const pairs = this.pairs((row) => row.isWrite && row.takes === undefined && !row.changesOwn);
    for (const { name } of ASKING) {
      const before = await digest(this.worlds.a);
      await this.all(pairs, async (pair) => void (await this.compare(name, pair)));
      for (const table of changedTables(before, await digest(this.worlds.a)))
        this.leak(name, pairs[0]!, `${table} was changed by somebody who may not`, '', '');
    }
    for (const { name } of ASKING) {
      for (const pair of this.pairs(({ changesOwn }) => changesOwn === true)) await this.compare(name, pair);
      for (const pair of this.pairs(({ takes }) => takes !== undefined)) await this.taken(name, pair);
    }
  }

  /** The control: the administrator is shown what was hidden from all others. @returns rows that prove nothing */
  async asAdministrator(): Promise<string[]> {
    const rows = Object.values(ROWS).flat();
    const ordered = [...rows.filter(({ isWrite }) => !isWrite), ...rows.filter(({ isWrite }) => isWrite)];
    const idle: string[] = [];
    for (const row of [...ordered.filter(({ ends }) => !ends), ...ordered.filter(({ ends }) => ends)]) {
      const shown = await this.shows(row);
      const mustShow = row.control === 'shown' || row.control === 'differs';
      if (mustShow !== shown.isShown)
        idle.push(`${row.door} (${row.control}): ${shown.answers.join(' | ').slice(0, 600)}`);
    }
    return idle;
  }

  private async shows(row: Row): Promise<{ isShown: boolean; answers: string[] }> {
    const { a, b, hidden } = this.worlds;
    const answers: string[] = [];
    let isShown = false;
    for (const question of row.asks.map((of) => of(hidden))) {
      const answer = await ask(a, question, a.callers.get(ADMINISTRATOR)!);
      this.tally.count(ADMINISTRATOR, routeOf(row), isAnswered(answer));
      answers.push(`${answer.status} ${answer.body}`);
      if (row.control === 'differs') {
        const other = await ask(b, question, b.callers.get(ADMINISTRATOR)!);
        answers.push(`${other.status} ${other.body}`);
        isShown ||= normalised(answer, a) !== normalised(other, b);
      } else isShown ||= row.control !== 'saysNothing' && markersIn(answer, question).length > 0;
    }
    return { isShown, answers };
  }

  /** @returns whether there was an answer, and no refusal */
  private async compare(principal: string, pair: Pair): Promise<boolean> {
    const { a, b } = this.worlds;
    const [left, right] = await Promise.all([
      ask(a, pair.a, a.callers.get(principal)!),
      ask(b, pair.b, b.callers.get(principal)!),
    ]);
    this.tally.count(principal, pair.route, isAnswered(left));
    const look = pair.row.isMeasured ? measured : normalised;
    const [one, other] = [look(left, a), look(right, b)];
    const markers = markersIn(left, pair.a);
    if (pair.row.seenBy?.includes(principal)) {
      if (markers.length === 0) this.leak(principal, pair, 'is not shown', one, other);
      return isAnswered(left);
    }
    if (markers.length > 0) this.leak(principal, pair, `tells ${markers.join(', ')}`, one, other);
    const ids = idsIn(left, pair.a, this.hiddenIds);
    if (ids.length > 0) this.leak(principal, pair, `tells the id ${ids.join(', ')}`, one, other);
    if (left.status === 500 || left.body.includes('INTERNAL_SERVER_ERROR'))
      this.leak(principal, pair, 'fails', one, other);
    if (one === other || (pair.isLoose && !isAnswered(left) && !isAnswered(right))) return isAnswered(left);
    if (!pair.row.opaque || !pair.isConnected) this.leak(principal, pair, 'differs', one, other);
    else this.checkOpaque(principal, pair, left, one, other);
    return isAnswered(left);
  }

  /** Nodes of what is hidden may be there, and may say nothing. */
  private checkOpaque(principal: string, pair: Pair, left: Answer, one: string, other: string): void {
    const talkative = talkativeNodes(left.body);
    if (talkative.length > 0)
      this.leak(principal, pair, `opaque nodes say ${JSON.stringify(talkative)}`, one, other);
    const known = new Set([...this.openWords, ...wordsOf(pair.a.body ?? '')]);
    const news = [...new Set(wordsOf(one))].filter((word) => !known.has(word));
    if (news.length > 0) this.leak(principal, pair, `says ${news.join(', ')}`, one, other);
  }

  private async learnOpenWords(pairs: readonly Pair[]): Promise<void> {
    const { b } = this.worlds;
    for (const { b: question } of pairs)
      for (const word of wordsOf(normalised(await ask(b, question, b.callers.get(ADMINISTRATOR)!), b)))
        this.openWords.add(word);
  }

  /** Who may make things is told that a name is taken, and nothing else; who may not, what all are told. */
  private async taken(principal: string, pair: Pair): Promise<void> {
    const { a, b } = this.worlds;
    const left = await ask(a, pair.a, a.callers.get(principal)!);
    const right = await ask(b, pair.b, b.callers.get(principal)!);
    this.tally.count(principal, pair.route, isAnswered(left));
    const [one, other] = [normalised(left, a), normalised(right, b)];
    if (markersIn(left, pair.a).length > 0)
      this.leak(principal, pair, 'tells more than that it is taken', one, other);
    if (one !== other && !/already.?exists|is taken/i.test(left.body))
      this.leak(principal, pair, 'differs', one, other);
  }

  private leak(
    principal: string,
    { route, row, a: question }: Pair,
    what: string,
    a: string,
    b: string,
  ): void {
    const asked = `${question.method} ${question.route} ${question.body ?? ''}`;
    this.tally.tell(route, { principal, door: row.door, what, question: asked, a, b });
  }

  private all(pairs: readonly Pair[], work: (pair: Pair) => Promise<void>): Promise<unknown> {
    return Promise.all(pairs.map((pair) => this.limit(() => work(pair))));
  }

  private pairs(wanted: (row: Row) => boolean): Pair[] {
    const { a, b, hidden } = this.worlds;
    return Object.entries(ROWS).flatMap(([route, rows]) =>
      rows.filter(wanted).flatMap((row) => {
        const pairs = row.asks.flatMap((of) => {
          const guessed = of(hidden);
          const asked: Pair[] = [{ route, row, a: guessed, b: guessed, isConnected: false }];
          const open = row.isWrite ? undefined : [questionOf(of, a), questionOf(of, b)];
          if (open?.[0] && open[1])
            asked.push({ route, row, a: open[0], b: open[1], isConnected: isConnected(open[0], a) });
          return asked;
        });
        return pairs.filter((pair, at) => pairs.findIndex((other) => same(other.a, pair.a)) === at);
      }),
    );
  }
}

const same = (one: Question, other: Question): boolean => JSON.stringify(one) === JSON.stringify(other);

const oneOfEach = (pairs: readonly Pair[]): Pair[] =>
  pairs.filter((pair, at) => pairs.findIndex(({ row }) => row === pair.row) === at);

function questionOf(of: (things: Things) => Question, { open }: World): Question | undefined {
  try {
    return of(open);
  } catch (error) {
    if (error instanceof MissingThingError) return undefined;
    throw error;
  }
}

/** Whether a question is about what hidden jobs read or wrote. */
function isConnected({ route, body = '' }: Question, { open }: World): boolean {
  return ['source', 'landing'].some((name) =>
    [open.id(name), open.word(name)].some((text) => `${route} ${body}`.includes(text)),
  );
}

function isAnswered({ status, body }: Answer): boolean {
  return status < 300 && !body.startsWith('{"errors"') && !body.includes('"data":null');
}

function routeOf(row: Row): string {
  return Object.entries(ROWS).find(([, rows]) => rows.includes(row))![0];
}
