import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { NotFoundError } from '../../platform/errors/index.js';
import { DistinctSketch } from './column-stats.js';
import { bytesReader, profile, type ContentProfile, type ContentReader } from './index.js';

const SHOP = join(dirname(fileURLToPath(import.meta.url)), '../../../test/fixtures/shop');
const shop = (file: string): Buffer => readFileSync(join(SHOP, file));

const of = async (path: string, content: Uint8Array | string): Promise<ContentProfile> =>
  (await profile(bytesReader(Buffer.from(content)), { path }))!;

describe('broken and hostile files', () => {
  it('any cut and any flipped bytes give a profile, never an error', async () => {
    const files = [
      'text/quoting.csv',
      'text/events.jsonl',
      'parquet/edge_types.parquet',
      'parquet/empty.parquet',
      'models/return_risk.onnx',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        fc.boolean(),
        async (file, cut, flips, isCut) => {
          const bytes = Buffer.from(shop(file));
          // Flips near the end, where the footer of Parquet is, and at the start, where that of ONNX is.
          for (const [at, value] of flips)
            bytes[at % 2 === 0 ? at % bytes.length : bytes.length - 1 - ((at % 900) % bytes.length)] = value;
          const kept = isCut ? bytes.subarray(0, cut % bytes.length) : bytes;
          const found = await profile(bytesReader(kept), { path: file });
          expect(found?.problems.length).toBeLessThanOrEqual(20);
          expect(JSON.parse(JSON.stringify(found))).toEqual(found);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('any bytes give a profile for any format', async () => {
    const path = fc.constantFrom('a.csv', 'a.json', 'a.jsonl', 'a.parquet', 'a.onnx');
    await fc.assert(
      fc.asyncProperty(path, fc.uint8Array({ maxLength: 300 }), async (name, bytes) => {
        expect(await profile(bytesReader(bytes), { path: name })).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a.csv', 'a\0b', 'encoding: the file has NUL bytes'],
    ['a.csv', 'a,b\n1,"2', 'csv syntax: a quoted cell is not closed'],
    ['a.csv', 'a,b\n1,2"x\n', 'csv syntax: a quote opens within a cell'],
    ['a.csv', 'a,b\n1,"2"x\n', 'csv syntax: text follows a closing quote'],
    ['a.csv', `a,b\n"${'x'.repeat(1_200_000)}"\n`, 'csv syntax: a row has more than 1048576 bytes'],
    ['a.csv', 'a,a,\n1,2,3', 'header: the name "a" comes twice, and 1 more'],
    ['a.csv', `${'c,'.repeat(3000)}d\n`, 'columns: only the first 1000 of 3001'],
    ['a.json', '{"a":1}', 'json syntax: the top level is not an array of objects'],
    ['a.json', '[{"a":1},', 'json syntax: the array is not closed'],
    ['a.json', '[{"a":1}] x', 'json syntax: something follows the array'],
    ['a.json', '[{"a":1},]', 'json syntax: row 2 is not JSON'],
    ['a.json', '[1,2]', 'json rows: row 1 is not an object, and 1 more'],
    ['a.json', `[{"a":"${'x'.repeat(2_000_000)}"}]`, 'json syntax: an element is too long'],
    ['a.json', '['.repeat(100_000), 'json syntax: the array is not closed'],
    ['a.jsonl', '{"a":1}\n{"a":\n', 'json syntax: row 2 is not JSON'],
    ['a.jsonl', `{"a":"${'x'.repeat(3_000_000)}"}\n{"a":1}`, 'json syntax: a line is too long'],
    ['a.parquet', 'PAR1', 'parquet footer: the file is too short'],
    ['a.parquet', 'PAR1 and something else', 'parquet footer: the file does not end with PAR1'],
    ['a.onnx', 'not a model', 'onnx: '],
    ['a.onnx', '', 'onnx: there is no graph'],
  ])('%s with %.40j names the rule', async (path, content, problem) => {
    expect((await of(path, content)).problems.join('\n')).toContain(problem);
  });

  const footer = (bytes: readonly number[], length = bytes.length): Buffer => {
    const end = Buffer.alloc(8, 'PAR1', 'latin1');
    end.writeUInt32LE(length);
    end.write('PAR1', 4, 'latin1');
    return Buffer.concat([Buffer.from('PAR1'), Buffer.from(bytes), end]);
  };
  const list = [0xf9, 0xff, 0xff, 0xff, 0x0f];
  it.each([
    ['a length beyond the file', footer([0], 0xffffffff), 'does not fit into the file'],
    ['lists that announce millions of values', footer([0x19, ...list, ...list, ...list, 0]), 'does not fit'],
    ['a number without end', footer([0x15, ...Array<number>(5000).fill(0xff), 0]), 'is too long'],
    ['structures without end', footer([...Array<number>(5000).fill(0x1c), 0]), 'nested too deeply'],
    ['a type that does not exist', footer([0x1e, 0]), 'unknown type'],
    ['no schema', footer([0x15, 0x02, 0]), 'does not follow the format'],
  ])('a Parquet footer with %s costs nothing', async (_name, bytes, problem) => {
    const found = await of('a.parquet', bytes);
    expect(found.columns).toEqual([]);
    expect(found.problems.join()).toContain(problem);
  });

  it('a store that fails is not mistaken for a broken file', async () => {
    for (const path of ['a.csv', 'a.json', 'a.parquet', 'a.onnx']) {
      const reader: ContentReader = {
        sizeBytes: 100,
        read: async () => {
          throw new NotFoundError('object', 'gone');
        },
      };
      await expect(profile(reader, { path })).rejects.toThrow(NotFoundError);
    }
  });
});

/** A file of any size that is never in memory: `head`, then `filler` again and again. */
function endless(sizeBytes: number, head: string, filler: string): ContentReader & { bytesRead: number } {
  const row = Buffer.from(filler);
  return {
    sizeBytes,
    bytesRead: 0,
    async read(start, end) {
      this.bytesRead += end - start;
      const bytes = Buffer.alloc(end - start, row);
      const shift = start % row.length;
      const turned = Buffer.concat([row.subarray(shift), row.subarray(0, shift)]);
      bytes.fill(turned);
      if (start === 0) bytes.write(head);
      return bytes;
    },
  };
}

describe('large files', () => {
  it('a CSV file beyond the limit is sampled and has no row count', async () => {
    const reader = endless(2 ** 34, 'a,b\n"', `"${'x'.repeat(997)}",1\n`);
    const limit = 3 * 1024 * 1024;
    const found = await profile(reader, { path: 'a.csv' }, limit);
    expect(found).toMatchObject({ sampled: true });
    expect(found).not.toHaveProperty('rowCount');
    expect(found?.columns.map(({ type }) => type)).toEqual(['string', 'integer']);
    expect(reader.bytesRead).toBe(limit);
  });

  it('JSON Lines without a line break are given up line by line, not gathered', async () => {
    const reader = endless(2 ** 34, '', 'x'.repeat(65_536));
    const found = await profile(reader, { path: 'a.jsonl' });
    expect(found).toMatchObject({ sampled: true, columns: [] });
    expect(reader.bytesRead).toBe(64 * 1024 * 1024);
    expect(found?.problems.join()).toContain('a line is too long');
  });

  it('the weights of a model are passed over, not read', async () => {
    const varint = (value: number): number[] =>
      value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
    const field = (number: number, content: readonly number[]): number[] => [
      number * 8 + 2,
      ...varint(content.length),
      ...content,
    ];
    const text = (value: string): number[] => [...Buffer.from(value)];
    const weights = 4 * 2 ** 30;
    const tensor = [...field(8, text('w')), 9 * 8 + 2, ...varint(weights)];
    const input = (name: string): number[] => field(11, field(1, text(name)));
    const before = [...input('x'), ...input('w'), 5 * 8 + 2, ...varint(tensor.length + weights), ...tensor];
    const after = field(12, field(1, text('y')));
    const head = [7 * 8 + 2, ...varint(before.length + weights + after.length), ...before];
    const sizeBytes = head.length + weights + after.length;
    let bytesRead = 0;
    const reader: ContentReader = {
      sizeBytes,
      async read(start, end) {
        bytesRead += end - start;
        const bytes = Buffer.alloc(end - start);
        head.forEach((byte, i) => (i >= start && i < end ? (bytes[i - start] = byte) : 0));
        after.forEach((byte, i) => {
          const at = sizeBytes - after.length + i - start;
          if (at >= 0 && at < bytes.length) bytes[at] = byte;
        });
        return bytes;
      },
    };
    const found = await profile(reader, { path: 'big.onnx' });
    expect(found?.problems).toEqual([]);
    expect(found?.model?.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(found?.model?.outputs.map(({ name }) => name)).toEqual(['y']);
    expect(bytesRead).toBeLessThan(1024 * 1024);
  });
});

describe('what is read', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'ü', ' ', ',', ';', '"', '\n', '1', '.', '-'),
    maxLength: 6,
  });
  it('CSV: rows and empty cells are those that were written, whatever is in the cells', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 20 }),
        async (rows) => {
          const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;
          const text = ['a,b,c', ...rows.map((row) => row.map(quoted).join(','))].join('\n');
          const found = await of('a.csv', text);
          expect(found).toMatchObject({ rowCount: rows.length, problems: [] });
          found.columns.forEach((one, i) => {
            expect(one.nullCount).toBe(rows.filter((row) => row[i] === '').length);
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('JSON: an array and its lines have the same columns', async () => {
    const row = fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'c'), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 12 }),
        fc.constantFrom(undefined, 1),
        async (rows, indent) => {
          const array = await of('a.json', JSON.stringify(rows, null, indent));
          const lines = await of('a.jsonl', `${rows.map((one) => JSON.stringify(one)).join('\n')}\n`);
          expect(array.columns).toEqual(lines.columns);
          expect(array).toMatchObject({ rowCount: rows.length, problems: [] });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('distinct values are counted exactly while few and within a tenth when many', () => {
    for (const count of [0, 1, 1000, 5000, 200_000]) {
      const sketch = new DistinctSketch();
      for (let i = 0; i < count; i += 1) for (const _ of [1, 2]) sketch.add(`value ${i}`);
      const tolerance = count <= 1000 ? 0 : count / 10;
      expect(Math.abs(sketch.estimate() - count)).toBeLessThanOrEqual(tolerance);
    }
  });
});
