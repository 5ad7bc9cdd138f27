import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import { LocalObjectStore } from '../../storage/index.js';
import {
  bytesReader,
  diffProfiles,
  formatOf,
  isBackwardCompatible,
  objectReader,
  profile,
  type ContentProfile,
} from './index.js';

const SHOP = join(dirname(fileURLToPath(import.meta.url)), '../../../test/fixtures/shop');

async function ofShop(file: string): Promise<ContentProfile> {
  const found = await profile(bytesReader(readFileSync(join(SHOP, file))), { path: basename(file) });
  if (found === undefined) throw new TypeError(`${file} has no profile`);
  return found;
}
const column = (found: ContentProfile, name: string) => found.columns.find((one) => one.name === name);
const types = (found: ContentProfile) =>
  Object.fromEntries(found.columns.map(({ name, type }) => [name, type]));

describe('profiles of the shop', () => {
  it('a table of the till: types, row count, nulls, extremes', async () => {
    const found = await ofShop('raw/customers.csv');
    expect(found).toMatchObject({ format: 'csv', rowCount: 150, problems: [] });
    expect(types(found)).toEqual({
      customer_id: 'integer',
      full_name: 'string',
      email: 'string',
      country: 'string',
      birth_year: 'integer',
      signed_up_at: 'timestamp',
    });
    expect(column(found, 'email')).toMatchObject({ nullable: true, nullCount: 7 });
    expect(column(found, 'customer_id')).toMatchObject({ min: '1', max: '150', distinctEstimate: 150 });
  });

  it('quotes, commas and line breaks within cells do not shift anything', async () => {
    const found = await ofShop('text/quoting.csv');
    expect(found).toMatchObject({ rowCount: 11, problems: [] });
    expect(types(found)).toEqual({ id: 'integer', note: 'string', amount: 'string', when: 'string' });
    expect(column(found, 'note')).toMatchObject({ nullCount: 1, min: '  spaces kept  ' });
  });

  it('semicolons behind a byte order mark', async () => {
    const found = await ofShop('text/semicolon_bom.csv');
    expect(types(found)).toEqual({ id: 'integer', name: 'string', price: 'string' });
    expect(found).toMatchObject({ rowCount: 2, problems: [] });
  });

  it('Latin-1 is read and reported', async () => {
    const found = await ofShop('text/latin1.csv');
    expect(column(found, 'name')).toMatchObject({ min: 'Müller', max: 'Señor' });
    expect(found.problems).toEqual(['encoding: not UTF-8, read as Latin-1; save it as UTF-8']);
  });

  it('rows of other lengths are counted and the first is named', async () => {
    const found = await ofShop('text/ragged.csv');
    expect(found.problems).toEqual(['row length: row 2 has 2 cells where the header has 3, and 1 more']);
    expect(column(found, 'c')).toMatchObject({ nullCount: 1, nullable: true });
  });

  it('no bytes, and only a header', async () => {
    expect(await ofShop('text/empty.csv')).toEqual({
      format: 'csv',
      columns: [],
      rowCount: 0,
      problems: ['header: the file is empty, so it has no header row'],
    });
    const header = await ofShop('text/header_only.csv');
    expect(header).toMatchObject({ rowCount: 0, problems: [] });
    expect(types(header)).toEqual({ a: 'null', b: 'null', c: 'null' });
  });

  it('JSON Lines with optional keys, a null object and one id as text', async () => {
    const found = await ofShop('text/events.jsonl');
    expect(found).toMatchObject({ format: 'jsonl', rowCount: 200, problems: [] });
    expect(types(found)).toEqual({
      id: 'integer|string',
      at: 'string',
      type: 'string',
      customer: 'object',
      tags: 'array',
      coupon: 'string',
    });
    expect(column(found, 'customer')).toMatchObject({ nullable: true, nullCount: 1 });
  });

  it('nested Parquet over six row groups', async () => {
    const found = await ofShop('parquet/orders_nested.parquet');
    expect(found).toMatchObject({ format: 'parquet', rowCount: 600, problems: [] });
    expect(types(found)).toMatchObject({
      order_id: 'int64',
      ordered_at: 'timestamp(us,UTC)',
      order_date: 'date',
      lines: 'list<struct<line_no: int32, product_id: int64, quantity: int32, unit_price: decimal(12,2)>>',
      attributes: 'map<string,string>',
    });
    expect(column(found, 'order_id')).toEqual({
      name: 'order_id',
      type: 'int64',
      nullable: false,
      nullCount: 0,
      min: '1001',
      max: '1600',
    });
    expect(column(found, 'coupon')).toMatchObject({ nullable: true, nullCount: 480 });
    expect(column(found, 'order_date')).toMatchObject({ min: '2024-01-01', max: '2024-04-29' });
  });

  it('edge types of Parquet are told exactly or not at all', async () => {
    const found = await ofShop('parquet/edge_types.parquet');
    expect(column(found, 'u64')).toMatchObject({ type: 'uint64', max: '9223372036854775808' });
    expect(column(found, 'ts_ns')).toMatchObject({
      type: 'timestamp(ns)',
      max: '2024-05-01T00:00:00.123456789',
    });
    expect(column(found, 'd')).toMatchObject({ min: '0001-01-01', max: '9999-12-31' });
    expect(column(found, 'wide')).toEqual({
      name: 'wide',
      type: 'decimal(38,3)',
      nullable: true,
      nullCount: 1,
    });
    expect(column(found, 'bytes')).not.toHaveProperty('min');
    expect(column(found, 'fixed')).toMatchObject({ type: 'fixed(16)' });
    expect(column(found, 'deep')).toMatchObject({ type: 'list<list<int32>>' });
    expect(column(found, 'Ünï cödé name')).toMatchObject({ type: 'string', max: '🙂' });
  });

  it('decimals keep their scale, and a Parquet file without rows has a schema', async () => {
    const payments = await ofShop('parquet/payments.parquet');
    expect(column(payments, 'amount')).toMatchObject({ type: 'decimal(12,2)', min: '12.24', max: '1562.52' });
    const empty = await ofShop('parquet/empty.parquet');
    expect(empty).toMatchObject({ rowCount: 0, problems: [] });
    expect(types(empty)).toEqual(types(payments));
  });

  it('models: tensors in and out, operator set, producer', async () => {
    expect((await ofShop('models/return_risk.onnx')).model).toEqual({
      inputs: [{ name: 'features', type: 'float[?,5]' }],
      outputs: [
        { name: 'label', type: 'int64[?]' },
        { name: 'probabilities', type: 'float[?,2]' },
      ],
      opset: 17,
      producer: 'skl2onnx 1.20.0',
    });
    const spend = (await ofShop('models/expected_spend.onnx')).model;
    expect(spend?.inputs).toHaveLength(7);
    expect(spend?.inputs).toContainEqual({ name: 'country', type: 'string[?,1]' });
  });

  it('is the same when read from an object store by ranges', async () => {
    const root = mkdtempSync(join(tmpdir(), 'cairn-profiles-'));
    const store = await LocalObjectStore.open(root);
    for (const file of ['raw/orders.csv', 'parquet/orders_nested.parquet', 'models/return_risk.onnx']) {
      const object = await store.put(readFileSync(join(SHOP, file)));
      expect(await profile(objectReader(store, object), { path: file })).toEqual(await ofShop(file));
    }
    rmSync(root, { recursive: true });
  });
});

describe('formats', () => {
  it.each([
    [{ path: 'a/b.CSV' }, 'csv'],
    [{ path: 'data', contentType: 'text/csv; charset=utf-8' }, 'csv'],
    [{ path: 'a.ndjson' }, 'jsonl'],
    [{ path: 'a.pq' }, 'parquet'],
    [{ path: 'a.csv/README' }, undefined],
    [{ path: 'a.txt', contentType: 'text/plain' }, undefined],
  ])('%j is %s', (hint, format) => {
    expect(formatOf(hint)).toBe(format);
  });

  it('an unknown format has no profile', async () => {
    expect(await profile(bytesReader(Buffer.from('x')), { path: 'README' })).toBeUndefined();
  });
});

describe('profile diff', () => {
  it('names what the second version of the features changed, and that it breaks', async () => {
    const [v1, v2] = [
      await ofShop('parquet/customer_features_v1.parquet'),
      await ofShop('parquet/customer_features_v2.parquet'),
    ];
    expect(diffProfiles(v1, v2)).toEqual({
      added: ['segment'],
      removed: [],
      changedType: [{ name: 'customer_id', before: 'int64', after: 'string' }],
      rowCount: { before: 150, after: 147 },
      statistics: [
        {
          name: 'customer_id',
          before: { nullCount: 0, min: '1', max: '150' },
          after: { nullCount: 0, min: '1', max: '99' },
        },
      ],
      breaking: true,
      reasons: ['column "customer_id" was int64 and is string, which does not hold all values of the former'],
    });
    expect(diffProfiles(v2, v2)).toMatchObject({ added: [], removed: [], changedType: [], breaking: false });
  });

  const csv = async (text: string): Promise<ContentProfile> =>
    (await profile(bytesReader(Buffer.from(text)), { path: 'a.csv' }))!;
  it.each([
    ['a new column', 'a\n1', 'a,b\n1,2', false],
    ['a column gone', 'a,b\n1,2', 'a\n1', true],
    ['integers that become numbers', 'a\n1', 'a\n1.5', false],
    ['numbers that become text', 'a\n1.5', 'a\nx', true],
    ['an empty column that is filled', 'a,b\n1,', 'a,b\n1,x', false],
    ['other values', 'a\n1', 'a\n2\n3', false],
  ])('%s', async (_name, before, after, breaking) => {
    expect(diffProfiles(await csv(before), await csv(after)).breaking).toBe(breaking);
  });

  const parquet = (type: string, nullable = true): ContentProfile => ({
    ...{ format: 'parquet', problems: [] },
    columns: [{ name: 'a', type, nullable }],
  });
  it.each([
    [parquet('int32'), parquet('int64'), []],
    [
      parquet('int32'),
      parquet('uint64'),
      ['column "a" was int32 and is uint64, which does not hold all values of the former'],
    ],
    [parquet('int64'), parquet('int32'), ['column "a" was int64 and is int32, which is narrower']],
    [parquet('decimal(12,2)'), parquet('decimal(14,3)'), []],
    [
      parquet('decimal(12,2)'),
      parquet('decimal(12,3)'),
      ['column "a" was decimal(12,2) and is decimal(12,3), which does not hold all values of the former'],
    ],
    [parquet('date', false), parquet('date', true), ['column "a" was required and may be null now']],
    [parquet('date', true), parquet('date', false), []],
    [parquet('date'), { ...parquet('date'), columns: [] }, ['column "a" is gone']],
    [parquet('date'), { ...parquet('date'), format: 'csv' as const }, ['the format was parquet and is csv']],
  ])('readers are told which rule is broken (%#)', (before, after, reasons) => {
    expect(isBackwardCompatible(before, after)).toEqual({ ok: reasons.length === 0, reasons });
  });

  it('another input of a model breaks its callers', async () => {
    const risk = await ofShop('models/return_risk.onnx');
    const spend = await ofShop('models/expected_spend.onnx');
    expect(diffProfiles(risk, risk).breaking).toBe(false);
    const more = {
      ...risk,
      model: { ...risk.model!, inputs: [...risk.model!.inputs, ...spend.model!.inputs] },
    };
    expect(diffProfiles(risk, more)).toMatchObject({
      breaking: true,
      removed: [],
      reasons: expect.arrayContaining(['input country is new, and callers do not send it']),
    });
    expect(diffProfiles(risk, spend).removed).toEqual([
      'input features',
      'output label',
      'output probabilities',
    ]);
  });
});
