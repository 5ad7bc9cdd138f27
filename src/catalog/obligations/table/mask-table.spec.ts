import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BoundFilter, Mask } from '../../../policy/index.js';
import type { TableFormat } from '../../merging/table-task.js';
import { maskTable } from './mask-table.js';
import { tableHead } from './table-head.js';
import type { TableObligations } from './table-obligations.js';

const KEY = Buffer.alloc(32, 7);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cairn-mask-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs SQL in a DuckDB that may see files. */
async function duckdb(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function mask(format: TableFormat, bytes: string | Uint8Array, obligations: Partial<TableObligations>) {
  writeFileSync(path.join(folder, 'raw'), bytes);
  const whole = { masks: [], filters: [], ...obligations };
  const outcome = await maskTable({ kind: 'mask', format, directory: folder, obligations: whole, key: KEY });
  return { outcome, bytes: readFileSync(path.join(folder, 'result')) };
}

async function text(
  format: TableFormat,
  bytes: string,
  obligations: Partial<TableObligations>,
): Promise<string> {
  const masked = await mask(format, bytes, obligations);
  expect(masked.outcome).toEqual({ kind: 'written' });
  return masked.bytes.toString('utf8');
}

async function parquet(select: string): Promise<Buffer> {
  const file = path.join(folder, 'made.parquet');
  await duckdb(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
  return readFileSync(file);
}

const rowsOf = (file = path.join(folder, 'result')) => duckdb(`SELECT * FROM read_parquet('${file}')`);
const sha256 = (value: string) => createHash('sha256').update(value).digest('hex');
const hmac = (value: string) => createHmac('sha256', KEY).update(value).digest('hex');
const equals = (
  column: string,
  value: string | number | boolean,
  operator: '==' | '<' = '==',
): BoundFilter => ({
  ...{ kind: 'compare', column, operator, operands: [value] },
  type: typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean',
});

describe('a masked CSV file', () => {
  it('keeps its dialect, its header and every other cell as it is written', async () => {
    const file = '\uFEFFid;"e;mail";note\r\n1;"a;b@x.org";"say ""hi"""\r\n2;;plain\r\n3;ä@ö.de;\r\n';
    expect(
      await text('csv', file, { masks: [{ column: 'e;mail', mask: { kind: 'partial', shown: 4 } }] }),
    ).toBe('\uFEFFid;"e;mail";note\r\n1;"*****.org";"say ""hi"""\r\n2;;plain\r\n3;**ö.de;\r\n');
  });

  it.each<[Mask, string]>([
    [{ kind: 'null' }, ',,,'],
    [{ kind: 'redact' }, 'REDACTED,REDACTED,REDACTED,REDACTED'],
    [{ kind: 'constant', text: 'x y' }, 'x y,x y,x y,x y'],
    [{ kind: 'sha256' }, [sha256('2024-02-29'), sha256('2024-02-30T10:00'), sha256('abc'), ''].join(',')],
    [{ kind: 'hmac' }, [hmac('2024-02-29'), hmac('2024-02-30T10:00'), hmac('abc'), ''].join(',')],
    [{ kind: 'partial', shown: 3 }, '*******-29,*************:00,***,'],
    [{ kind: 'date', part: 'month' }, '2024-02-01,,,'],
    [{ kind: 'date', part: 'day' }, '2024-02-29,,,'],
  ])('has for %j the values %s', async (how, expected) => {
    const masks = ['a', 'b', 'c', 'd'].map((column) => ({ column, mask: how }));
    expect(await text('csv', 'a,b,c,d\n2024-02-29,2024-02-30T10:00,abc,\n', { masks })).toBe(
      `a,b,c,d\n${expected}\n`,
    );
  });

  it('has only the rows that every filter lets through', async () => {
    const file = 'id,region\n1,eu\n2,us\n,eu\n10,eu';
    const filters = [
      { rule: 'F-1', filter: equals('region', 'eu') },
      { rule: 'F-2', filter: equals('id', 5, '<') },
    ];
    expect(await text('csv', file, { filters })).toBe('id,region\n1,eu');
  });

  it.each<[string, string, Partial<TableObligations>]>([
    [
      'cannot be filtered by F-1: it has no column "x"',
      'a\n1\n',
      { filters: [{ rule: 'F-1', filter: equals('x', 1) }] },
    ],
    [
      'cannot be filtered by F-1: its column "a" has what is no number',
      'a\n1\nzwei\n',
      { filters: [{ rule: 'F-1', filter: equals('a', 1) }] },
    ],
    [
      'has 2 cells in row 1 where the header has 1',
      'a\n1,2\n',
      { masks: [{ column: 'a', mask: { kind: 'null' } }] },
    ],
    [
      'has "email" in its header, and no column of that name',
      'id|email,b\n1|a@b,c\n',
      { masks: [{ column: 'email', mask: { kind: 'null' } }] },
    ],
  ])('is not to be had when it %s', async (reason, file, obligations) => {
    expect((await mask('csv', file, obligations)).outcome).toEqual({ kind: 'unfit', reason });
  });

  it('is the file itself when nothing of it is masked', async () => {
    const masks = [{ column: 'z', mask: { kind: 'null' } as const }];
    expect((await mask('csv', 'a\n1\n', { masks })).outcome).toEqual({ kind: 'untouched' });
  });

  it('masks columns whatever the case of their names, flattened fields and whole columns that hold a masked field', async () => {
    const file = 'EMAIL,address.street,person,b\nx,y,"{""name"": ""z""}",b\n';
    const masks = ['email', 'address', 'person.name'].map((column) => ({
      column,
      mask: { kind: 'redact' } as const,
    }));
    expect(await text('csv', file, { masks })).toBe(
      'EMAIL,address.street,person,b\nREDACTED,REDACTED,"REDACTED",b\n',
    );
  });
});

describe('a masked JSON file', () => {
  it('keeps its layout and masks fields within objects, and lists and objects as wholes', async () => {
    const file = '[\n {"id": 1, "p": {"name": "Ana", "age": 7}, "tags": ["a"]},\n {"id": 2, "p": null}\n]\n';
    const masks: TableObligations['masks'] = [
      { column: 'p.name', mask: { kind: 'sha256' } },
      { column: 'tags', mask: { kind: 'partial', shown: 2 } },
    ];
    expect(await text('json', file, { masks })).toBe(
      `[\n {"id": 1, "p": {"name": "${sha256('Ana')}", "age": 7}, "tags": null},\n {"id": 2, "p": null}\n]\n`,
    );
  });

  it('of lines has only rows that pass, and a digest of a number as of its text', async () => {
    const file = '{"a":1,"b":{"c":true}}\n{"a":2,"b":{"c":false}}\n{"a":3}\n';
    const masks = [{ column: 'a', mask: { kind: 'hmac' } as const }];
    const filters = [{ rule: 'F', filter: equals('b.c', true) }];
    expect(await text('jsonl', file, { masks, filters })).toBe(`{"a":"${hmac('1')}","b":{"c":true}}\n`);
  });

  it('is an empty list when no row passes, and not to be had when no row has the column', async () => {
    const filters = [{ rule: 'F', filter: equals('a', 9) }];
    expect(await text('json', '[{"a":1}]', { filters })).toBe('[]');
    expect((await mask('json', '[{"b":1}]', { filters })).outcome).toEqual({
      ...{ kind: 'unfit', reason: 'cannot be filtered by F: it has no column "a"' },
    });
  });
});

describe('a masked Parquet file', () => {
  it('has masked columns, fields of structs and rows, in the order of the file', async () => {
    const file = await parquet(`SELECT * FROM (VALUES
      (1, 'ana@x.org', {'name': 'Ana', 'age': 7}, DATE '2024-05-17', TIMESTAMP '2024-05-17 10:11:12', ['p'], 'eu', 1.5::DOUBLE),
      (2, NULL, NULL, NULL, NULL, NULL, 'us', 'NaN'::DOUBLE),
      (3, 'bo', {'name': NULL, 'age': 8}, DATE '2023-01-02', TIMESTAMP '2023-01-02 00:00:00', ['q'], 'eu', 0.5)
      ) AS t(id, mail, p, born, seen, tags, region, score)`);
    const masks: TableObligations['masks'] = [
      { column: 'ID', mask: { kind: 'hmac' } },
      { column: 'mail', mask: { kind: 'partial', shown: 4 } },
      { column: 'p.name', mask: { kind: 'redact' } },
      { column: 'born', mask: { kind: 'date', part: 'year' } },
      { column: 'seen', mask: { kind: 'date', part: 'month' } },
      { column: 'tags', mask: { kind: 'sha256' } },
    ];
    const filters = [{ rule: 'F', filter: equals('region', 'eu') }];
    expect((await mask('parquet', file, { masks, filters })).outcome).toEqual({ kind: 'written' });
    expect(await rowsOf()).toEqual([
      {
        ...{ id: hmac('1'), mail: '*****.org', p: { name: 'REDACTED', age: 7 }, born: '2024-01-01' },
        ...{ seen: '2024-05-01 00:00:00', tags: null, region: 'eu', score: 1.5 },
      },
      {
        ...{ id: hmac('3'), mail: '**', p: { name: 'REDACTED', age: 8 }, born: '2023-01-01' },
        ...{ seen: '2023-01-01 00:00:00', tags: null, region: 'eu', score: 0.5 },
      },
    ]);
    const low = await mask('parquet', file, { filters: [{ rule: 'F', filter: equals('score', 9, '<') }] });
    expect(low.outcome).toEqual({ kind: 'written' });
    expect((await rowsOf()).map(({ id }) => id)).toEqual([1, 3]);
  });

  it('keeps nothing that its writer noted of the values', async () => {
    const file = path.join(folder, 'noted.parquet');
    await duckdb(
      `COPY (SELECT 'secret-value' AS a, 1 AS b) TO '${file}' (FORMAT parquet, KV_METADATA {top: 'secret-value'})`,
    );
    const { bytes } = await mask('parquet', readFileSync(file), {
      masks: [{ column: 'a', mask: { kind: 'null' } }],
    });
    expect(bytes.includes('secret-value')).toBe(false);
    expect(await rowsOf()).toEqual([{ a: null, b: 1 }]);
  });

  it.each([
    [
      { filters: [{ rule: 'F', filter: equals('a', 'x') }] },
      'its column "a" is of type INTEGER, and compared as a text',
    ],
    [{ filters: [{ rule: 'F', filter: equals('a.b', 1) }] }, 'it has no column "a.b"'],
  ])('is not to be had for %j', async (obligations, reason) => {
    const { outcome } = await mask('parquet', await parquet('SELECT 1 AS a'), obligations);
    expect(outcome).toEqual({ kind: 'unfit', reason: `cannot be filtered by F: ${reason}` });
  });

  it('is not to be had from what is no Parquet', async () => {
    const { outcome } = await mask('parquet', 'a,b\n1,2\n', {
      masks: [{ column: 'a', mask: { kind: 'null' } }],
    });
    expect(outcome).toMatchObject({ kind: 'unfit', reason: expect.stringContaining('footer') });
  });
});

it('the head of a table is its first rows as texts', async () => {
  const head = async (format: TableFormat, bytes: string | Uint8Array) => {
    writeFileSync(path.join(folder, 'raw'), bytes);
    return tableHead({ kind: 'head', format, directory: folder, first: 2 });
  };
  const expected = {
    columns: ['a', 'b'],
    rows: [
      ['1', 'x'],
      ['2', null],
    ],
  };
  expect(await head('csv', 'a,b\n1,x\n2,\n3,z\n')).toEqual(expected);
  expect(await head('jsonl', '{"a":1,"b":"x"}\n{"a":2}\n{"a":3}\n')).toEqual(expected);
  expect(
    await head('parquet', await parquet("SELECT * FROM (VALUES (1,'x'),(2,NULL),(3,'z')) t(a,b)")),
  ).toEqual(expected);
  expect(await head('csv', 'a,b\n1\n')).toBe('has 1 cells in row 1 where the header has 2');
});

interface Row {
  readonly id: number;
  readonly mail: string | null;
  readonly day: string | null;
  readonly region: string | null;
}

/** Values that no other column and no mask brings about. */
const SECRET = fc
  .stringMatching(/^[a-z]{4,9}$/)
  .map((word) => `s3cret-${word}-${createHash('md5').update(word).digest('hex').slice(0, 8)}`);
const ROW: fc.Arbitrary<Row> = fc.record({
  id: fc.integer({ min: 0, max: 20 }),
  mail: fc.option(SECRET),
  day: fc.option(fc.constantFrom('2024-02-29', '1999-12-31', '2020-07-04')),
  region: fc.option(fc.constantFrom('eu', 'us')),
});
const MASK = fc.constantFrom<Mask>(
  ...[{ kind: 'null' }, { kind: 'redact' }, { kind: 'hmac' }, { kind: 'sha256' } as const].map(
    (each) => each as Mask,
  ),
  { kind: 'partial', shown: 4 },
  { kind: 'constant', text: 'gone' },
);
const PART = fc.constantFrom<Mask>({ kind: 'date', part: 'year' }, { kind: 'date', part: 'month' });
const CLAUSE: fc.Arbitrary<BoundFilter> = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((value) => equals('id', value, '<')),
  fc.constantFrom('eu', 'us').map((value) => equals('region', value)),
  fc.boolean().map((isNull): BoundFilter => ({ kind: 'null', column: 'region', isNull })),
);
const FILTER: fc.Arbitrary<BoundFilter> = fc.oneof(
  CLAUSE,
  fc
    .tuple(fc.constantFrom('and', 'or'), fc.array(CLAUSE, { minLength: 2, maxLength: 3 }))
    .map(([kind, parts]): BoundFilter => ({ kind, parts })),
);

/** The same by hand. */
function naive(rows: readonly Row[], mails: Mask, days: Mask, filters: readonly BoundFilter[]): Row[] {
  const holds = (filter: BoundFilter, row: Row): boolean => {
    if ('parts' in filter)
      return filter.kind === 'and'
        ? filter.parts.every((part) => holds(part, row))
        : filter.parts.some((part) => holds(part, row));
    const value = row[filter.column as keyof Row];
    if (filter.kind === 'null') return (value === null) === filter.isNull;
    if (value === null) return false;
    return filter.operator === '<' ? value < filter.operands[0]! : value === filter.operands[0];
  };
  const changed = (how: Mask, value: string | null): string | null => {
    if (how.kind === 'null') return null;
    if (how.kind === 'redact') return 'REDACTED';
    if (how.kind === 'constant') return how.text;
    if (value === null) return null;
    if (how.kind === 'sha256') return sha256(value);
    if (how.kind === 'hmac') return hmac(value);
    if (how.kind === 'partial') return value.slice(-how.shown).padStart(value.length, '*');
    return (how as { part: string }).part === 'year'
      ? `${value.slice(0, 4)}-01-01`
      : `${value.slice(0, 7)}-01`;
  };
  return rows
    .filter((row) => filters.every((filter) => holds(filter, row)))
    .map((row) => ({ ...row, mail: changed(mails, row.mail), day: changed(days, row.day) }));
}

const WRITERS: Readonly<Record<TableFormat, (rows: readonly Row[]) => Promise<Buffer> | string>> = {
  csv: (rows) =>
    ['id,mail,day,region', ...rows.map((row) => [row.id, row.mail, row.day, row.region].join(','))].join(
      '\n',
    ),
  json: (rows) => JSON.stringify(rows),
  jsonl: (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  parquet: (rows) => {
    // A column of which all values are missing has its type all the same.
    const quote = (value: string | null) => (value === null ? 'NULL::VARCHAR' : `'${value}'`);
    const values = rows.map(
      ({ id, mail, day, region }) => `(${id}, ${quote(mail)}, ${quote(day)}::DATE, ${quote(region)})`,
    );
    return parquet(`SELECT * FROM (VALUES ${values.join(',')}) t(id, mail, day, region)`);
  },
};
const READERS: Readonly<Record<TableFormat, (bytes: Buffer) => Promise<unknown[]> | unknown[]>> = {
  csv: (bytes) =>
    bytes
      .toString()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
      .map(([id, mail, day, region]) => ({
        id: Number(id),
        mail: mail || null,
        day: day || null,
        region: region || null,
      })),
  json: (bytes) => JSON.parse(bytes.toString()) as unknown[],
  jsonl: (bytes) =>
    bytes
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown),
  parquet: () => rowsOf(),
};

it.each<[TableFormat, number]>([
  ['csv', 200],
  ['json', 100],
  ['jsonl', 100],
  ['parquet', 25],
])(
  'a masked %s file is what masking by hand gives, and no hidden value is in its bytes',
  async (format, numRuns) => {
    let masked = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(ROW, { minLength: 1, maxLength: 12 }),
        MASK,
        PART,
        fc.array(FILTER, { maxLength: 2 }),
        async (rows, mails, days, filters) => {
          const obligations: TableObligations = {
            masks: [
              { column: 'mail', mask: mails },
              { column: 'day', mask: days },
            ],
            filters: filters.map((filter, i) => ({ rule: `F-${i}`, filter })),
          };
          const { outcome, bytes } = await mask(format, await WRITERS[format](rows), obligations);
          expect(outcome.kind).toBe('written');
          const again = await mask(format, readFileSync(path.join(folder, 'raw')), obligations);
          expect(again.bytes.equals(bytes)).toBe(true);
          expect(await READERS[format](bytes)).toEqual(naive(rows, mails, days, filters));
          for (const { mail } of rows) if (mail !== null) expect(bytes.includes(mail)).toBe(false);
          masked += 1;
        },
      ),
      { numRuns },
    );
    expect(masked).toBe(numRuns);
  },
  60_000,
);
