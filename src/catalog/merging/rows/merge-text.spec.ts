import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';

import { CsvTable } from './csv-table.js';
import { mergeText, type RowRule, type RowsOutcome, type TextFormat } from './merge-text.js';
import type { RowStrategy } from './row-plan.js';
import { TableFault } from './row-table.js';

interface Merged {
  readonly outcome: RowsOutcome;
  readonly text: string;
}

function merge(
  format: TextFormat,
  [base, ours, theirs]: readonly [string | undefined, string, string],
  rule: RowRule = { key: ['id'] },
  strategy?: RowStrategy,
): Merged {
  const chunks: Uint8Array[] = [];
  const files = {
    ...(base !== undefined && { base: Buffer.from(base) }),
    ours: Buffer.from(ours),
    theirs: Buffer.from(theirs),
  };
  const outcome = mergeText(format, files, rule, strategy, (bytes) => chunks.push(Uint8Array.from(bytes)));
  return { outcome, text: Buffer.concat(chunks).toString() };
}

type Row = Readonly<Record<string, string>>;
type Table = ReadonlyMap<string, Row>;

const COLUMNS = ['a', 'b'];
const cell = fc.constantFrom('', 'x', 'y', '1', '1.0', 'ü,"', 'two\nlines', '  ', '12345678901234567890');
const row = fc.record({ a: cell, b: cell });
const table: fc.Arbitrary<Table> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 9 }).map(String), row), {
    selector: ([id]) => id,
    maxLength: 9,
  })
  .map((rows) => new Map(rows));

function csvOf(rows: Table, quoteAll = false): string {
  const quoted = (text: string): string =>
    quoteAll || /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return ['id,a,b', ...[...rows].map(([id, one]) => [id, one['a']!, one['b']!].map(quoted).join(','))]
    .map((line) => `${line}\n`)
    .join('');
}

const objectsOf = (rows: Table): object[] =>
  [...rows].map(([id, one]) => ({ id: Number(id), ...Object.fromEntries(Object.entries(one)) }));
const jsonOf = (rows: Table): string => JSON.stringify(objectsOf(rows), undefined, 2);
const linesOf = (rows: Table): string =>
  objectsOf(rows)
    .map((one) => `${JSON.stringify(one)}\n`)
    .join('');

function readCsv(text: string): Table {
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  return new Map(rows.map(({ id, ...rest }) => [id!, rest]));
}
function readJson(rows: readonly Record<string, unknown>[]): Table {
  return new Map(rows.map(({ id, ...rest }) => [String(id), rest as Row]));
}

/** The merge of plain maps, as the docs tell it. */
function oracle(base: Table, ours: Table, theirs: Table, strategy?: RowStrategy): Table | undefined {
  const result = new Map<string, Row>();
  const same = (a?: Row, b?: Row): boolean => JSON.stringify(a) === JSON.stringify(b);
  for (const id of new Set([...ours.keys(), ...theirs.keys()])) {
    const [was, our, their] = [base.get(id), ours.get(id), theirs.get(id)];
    if (our !== undefined && their !== undefined) {
      const joined: Record<string, string> = {};
      for (const name of COLUMNS) {
        const [w, o, t] = [was?.[name], our[name]!, their[name]!];
        if (o === t || w === t) joined[name] = o;
        else if (w === o) joined[name] = t;
        else if (strategy === undefined) return undefined;
        else joined[name] = strategy === 'ours' ? o : t;
      }
      result.set(id, joined);
    } else {
      const side = our ?? their!;
      if (was === undefined) result.set(id, side);
      else if (same(was, side)) continue;
      else if (strategy === undefined) return undefined;
      else if ((our !== undefined) === (strategy === 'ours')) result.set(id, side);
    }
  }
  return result;
}

const sorted = (rows: Table | undefined) => rows && [...rows].sort(([a], [b]) => (a < b ? -1 : 1));

describe('merging rows by key', () => {
  const FORMATS = [
    ['csv', csvOf, readCsv],
    ['json', jsonOf, (text: string) => readJson(JSON.parse(text))],
    [
      'jsonl',
      linesOf,
      (text: string) =>
        readJson(
          text
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line)),
        ),
    ],
  ] as const;

  it.each(FORMATS)('%s: the rows are those of a merge of plain maps', (format, write, read) => {
    fc.assert(
      fc.property(
        table,
        table,
        table,
        fc.constantFrom(undefined, 'ours' as const, 'theirs' as const),
        (base, ours, theirs, strategy) => {
          const { outcome, text } = merge(
            format,
            [write(base), write(ours), write(theirs)],
            undefined,
            strategy,
          );
          const expected = oracle(base, ours, theirs, strategy);
          if (expected === undefined) expect(outcome.kind).toBe('row-conflict');
          else {
            expect(outcome.kind).toBe('merged');
            expect(sorted(read(text))).toEqual(sorted(expected));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(FORMATS)('%s: sides can be swapped, up to the order of rows', (format, write, read) => {
    fc.assert(
      fc.property(table, table, table, (base, ours, theirs) => {
        const one = merge(format, [write(base), write(ours), write(theirs)]);
        const other = merge(format, [write(base), write(theirs), write(ours)]);
        expect(one.outcome.kind).toBe(other.outcome.kind);
        if (one.outcome.kind === 'merged') expect(sorted(read(one.text))).toEqual(sorted(read(other.text)));
      }),
    );
  });

  it.each(FORMATS)(
    '%s: with nothing new in theirs the result is ours, byte for byte',
    (format, write, _read) => {
      fc.assert(
        fc.property(table, table, (base, ours) => {
          for (const theirs of [base, ours]) {
            const { outcome, text } = merge(format, [write(base), write(ours), write(theirs)]);
            expect(outcome).toEqual({ kind: 'merged', taken: 0 });
            expect(text).toBe(write(ours));
          }
        }),
      );
    },
  );

  it('quoting makes no difference of values, and that of ours stays', () => {
    fc.assert(
      fc.property(table, table, (base, ours) => {
        const { outcome, text } = merge('csv', [csvOf(base), csvOf(ours), csvOf(base, true)]);
        expect(outcome).toEqual({ kind: 'merged', taken: 0 });
        expect(text).toBe(csvOf(ours));
      }),
    );
  });

  it('changes of different columns of a row merge, and a mark, line breaks and a missing last one stay', () => {
    const { text } = merge('csv', [
      'id;a;b\n1;x;y\n2;x;y\n',
      '\uFEFFid;a;b\r\n1;"x;2";y\r\n2;x;y',
      'id;a;b\n1;x;y2\n2;x;y\n3;n;""\n',
    ]);
    expect(text).toBe('\uFEFFid;a;b\r\n1;"x;2";y2\r\n2;x;y\r\n3;n;""');
  });

  it('numbers that a double cannot hold, and the layout of ours, stay as they are written', () => {
    const { text } = merge('json', [
      '[{"id": 1, "n": 12345678901234567890, "m": 1.10}]',
      '[\n  { "id": 1, "n": 12345678901234567890, "m": 1.20 }\n]\n',
      '[{"id":1,"n":12345678901234567891,"m":1.10},{"id":2,"n":0.10000000000000000001}]',
    ]);
    expect(text).toBe(
      '[\n  { "id": 1, "n": 12345678901234567891, "m": 1.20 },\n{"id":2,"n":0.10000000000000000001}\n]\n',
    );
  });

  it('a conflict names key, columns and the three values', () => {
    const { outcome, text } = merge('csv', ['id,a,b\n1,x,y\n', 'id,a,b\n1,ü,y\n', 'id,a,b\n1,q,y2\n']);
    expect(outcome).toEqual({
      kind: 'row-conflict',
      total: 1,
      rows: [{ key: { id: '1' }, columns: ['a'], base: { a: 'x' }, ours: { a: 'ü' }, theirs: { a: 'q' } }],
    });
    expect(text).toBe('');
  });

  it('a row that one side removed and the other changed is a conflict without columns', () => {
    const { outcome } = merge('csv', ['id,a\n1,x\n', 'id,a\n', 'id,a\n1,y\n']);
    expect(outcome).toMatchObject({ rows: [{ key: { id: '1' }, columns: [], theirs: { id: '1', a: 'y' } }] });
    expect(merge('csv', ['id,a\n1,x\n', 'id,a\n', 'id,a\n1,y\n'], undefined, 'theirs').text).toBe(
      'id,a\n1,y\n',
    );
  });

  it('a column added on one side is merged, with rows added and removed on the other', () => {
    const { text } = merge('csv', [
      'id,a\n1,x\n2,x\n3,x\n',
      'id,a\n1,x2\n2,x\n4,x\n',
      'id,z,a\n1,9,x\n2,,x\n3,7,x\n5,5,x\n',
    ]);
    expect(text).toBe('id,a,z\n1,x2,9\n2,x,\n4,x,\n5,x,5\n');
  });

  it('a column removed by one side goes, unless the other side changed it', () => {
    const base = 'id,a,b\n1,x,y\n';
    expect(merge('csv', [base, 'id,b,a\n1,y2,x\n', 'id,b\n1,y\n']).text).toBe('id,b\n1,y2\n');
    const sides = [base, 'id,a,b\n1,x2,y\n', 'id,b\n1,y2\n'] as const;
    expect(merge('csv', sides).outcome).toEqual({
      kind: 'schema-conflict',
      reason: 'column "a" was removed by theirs and changed by ours',
    });
    expect(merge('csv', sides, undefined, 'ours').text).toBe('id,a,b\n1,x2,y2\n');
    expect(merge('csv', sides, undefined, 'theirs').text).toBe('id,b\n1,y2\n');
  });

  it('a table that both sides added merges too', () => {
    expect(merge('csv', [undefined, 'id,a\n1,x\n', 'id,a\n2,y\n']).text).toBe('id,a\n1,x\n2,y\n');
    expect(merge('jsonl', [undefined, '{"id":1}', '{"id":2}']).text).toBe('{"id":1}\n{"id":2}');
    expect(merge('json', ['[]', '[]', '[{"id":2}]']).text).toBe('[{"id":2}]');
  });

  it('a key of several columns takes none for another', () => {
    const rule = { key: ['id', 'a'] };
    const { text } = merge('csv', ['id,a\n', 'id,a\n1,12\n', 'id,a\n11,2\n'], rule);
    expect(text).toBe('id,a\n1,12\n11,2\n');
  });
});

describe('appends without a key', () => {
  const rule = { append: true } as const;
  it('both sides keep what they appended: ours, then theirs', () => {
    expect(merge('csv', ['a\n1\n', 'a\n1\n2\n', 'a\n1\n2\n3\n'], rule).text).toBe('a\n1\n2\n2\n3\n');
    expect(merge('json', ['[{}]', '[{},{"a":1}]', '[{}, {"a":2}]'], rule).text).toBe('[{},{"a":1},{"a":2}]');
  });

  it.each([
    ['a\n2\n', 'a\n1\n', 'ours changed row 1'],
    ['a\n1\n', 'a\n', 'theirs changed row 1'],
    ['b\n1\n', 'a\n1\n', 'ours has other columns'],
  ])('a side that did more says so', (ours, theirs, reason) => {
    const { outcome } = merge('csv', ['a\n1\n', ours, theirs], rule);
    expect(outcome).toMatchObject({ kind: 'unfit', reason: expect.stringContaining(reason) });
  });
});

describe('files that are no tables of rows', () => {
  it.each<[TextFormat, string, string]>([
    ['csv', 'id,a\n1,x\n1,y\n', 'theirs has one key twice, in rows 1 and 2'],
    ['csv', 'id,a\n,x\n', 'theirs has no value for the key (id) in row 1'],
    ['csv', 'a\n1\n', 'theirs has no column "id", which the key needs'],
    ['csv', 'id,a\n1\n', 'theirs has 1 cells in row 1 where the header has 2'],
    ['csv', 'id,a,a\n', 'theirs has two columns of one name'],
    ['csv', 'id,a\n1,"x', 'theirs has a quoted cell that is not closed, after row 0'],
    ['csv', 'id,a\n1,x"y"\n', 'theirs has a quote within a cell, after row 0'],
    ['csv', 'id,a\n1,"x"y\n', 'theirs has text behind a closing quote, after row 0'],
    ['csv', '', 'theirs has no header'],
    ['csv', `id,a\n1,"${'x'.repeat(1_100_000)}"\n`, 'theirs has a row of more than 1048576 bytes, row 1'],
    ['csv', '\u0000', 'theirs is no text of one byte or UTF-8'],
    ['json', '{"id":1}', 'theirs is no array of objects'],
    ['json', '[{"id":1}', 'theirs is an array that is not closed'],
    ['json', '[{"id":1},]', 'theirs has a row that is not JSON, row 2'],
    ['json', '[1]', 'theirs has a row that is no object, row 1'],
    ['json', '[{"id":null}]', 'theirs has no value for the key (id) in row 1'],
    ['json', '[{"id":1,"id":2}]', 'theirs has a row with two members "id"'],
    ['json', '[{"id":1}] x', 'theirs has something behind the array'],
    ['json', `[{"id":${'['.repeat(300_000)}`, 'theirs is an array that is not closed'],
    ['jsonl', `{"id":${'['.repeat(300_000)}}`, 'theirs has a row that is not JSON, row 1'],
  ])('%s %.30j is told by its rule', (format, theirs, reason) => {
    const good = { csv: 'id,a\n7,x\n', json: '[{"id":7}]', jsonl: '{"id":7}\n' }[format];
    expect(merge(format, [good, good, theirs]).outcome).toEqual({ kind: 'unfit', reason });
  });

  it('deeply nested values are compared, not walked', () => {
    const deep = `{"id":1,"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(merge('jsonl', [deep, deep, `${deep}\n{"id":2}`]).outcome).toEqual({ kind: 'merged', taken: 1 });
  });

  it('any bytes end in an outcome', () => {
    const bytes = fc.uint8Array({ maxLength: 60 }).map((one) => Buffer.from(one).toString('latin1'));
    const near = fc.string({
      unit: fc.constantFrom('i', 'd', ',', '"', '\n', '\r', '{', '}', '[', ']', ':', '1', ' ', '\\'),
    });
    const format = fc.constantFrom<TextFormat>('csv', 'json', 'jsonl');
    fc.assert(
      fc.property(format, fc.oneof(bytes, near), fc.oneof(bytes, near), (kind, ours, theirs) => {
        expect(merge(kind, [undefined, ours, theirs]).outcome.kind).toBeDefined();
        merge(kind, [ours, ours, theirs], { append: true });
      }),
      { numRuns: 2000 },
    );
  });

  it('CSV is read as csv-parse reads it', () => {
    const near = fc.string({
      unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r\n', ' ', ''),
      maxLength: 30,
    });
    fc.assert(
      fc.property(near, (text) => {
        const file = `id,a\n${text}`;
        let expected: string[][] | undefined;
        try {
          expected = parse(file, {
            skip_empty_lines: true,
            record_delimiter: ['\r\n', '\n', '\r'],
          }) as string[][];
        } catch {
          expected = undefined;
        }
        let found: string[][] | undefined;
        try {
          const read = new CsvTable(Buffer.from(file), ',');
          const rows = Array.from({ length: read.size }, (_, i) =>
            [...read.cells(i).values()].map(({ value }) => value),
          );
          found = [[...read.columns], ...rows];
        } catch (error) {
          if (!(error instanceof TableFault)) throw error;
        }
        expect(found).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });
});
