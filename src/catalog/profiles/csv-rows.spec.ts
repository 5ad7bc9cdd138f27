import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';

import { CsvFault, CsvRows } from './csv-rows.js';
import { typeOfCell } from './csv.js';

/** Rows and the fault, if any, of a text that comes in pieces of the given length. */
function read(text: string, pieceLength: number): { rows: string[][]; isFaulty: boolean } {
  const rows: string[][] = [];
  const parser = new CsvRows(',');
  const onRow = (cells: readonly string[]): void => void rows.push([...cells]);
  try {
    for (let at = 0; at < text.length; at += pieceLength)
      parser.push(text.slice(at, at + pieceLength), false, onRow);
    parser.push('', true, onRow);
    return { rows, isFaulty: false };
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error;
    return { rows, isFaulty: true };
  }
}

const OPTIONS = { relax_column_count: true, skip_empty_lines: true } as const;
function expected(text: string): { rows: string[][]; isFaulty: boolean } {
  try {
    return { rows: parse(text, OPTIONS) as string[][], isFaulty: false };
  } catch {
    return { rows: [], isFaulty: true };
  }
}

describe('rows of CSV', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'ü', ',', ',', '"', '""', '\n', '\r\n', '\r', ' ', '1'),
    maxLength: 30,
  });

  it('are those that csv-parse reads, in pieces of any length', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (one, length) => {
        const found = read(one, length);
        const wanted = expected(one);
        expect(found.isFaulty).toBe(wanted.isFaulty);
        if (!wanted.isFaulty) expect(found.rows).toEqual(wanted.rows);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('types of cells', () => {
  const part = fc.constantFrom(
    '0',
    '1',
    '9',
    '23',
    '24',
    '59',
    '60',
    '30',
    '29',
    '02',
    '-',
    ':',
    'T',
    ' ',
    '.',
    'Z',
    '+',
  );
  const near = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
  const number = (min: number, max: number, digits: number) =>
    fc.integer({ min, max }).map((value) => String(value).padStart(digits, '0'));
  const day = fc
    .tuple(number(1000, 2100, 4), number(0, 13, 2), number(0, 32, 2))
    .map((parts) => parts.join('-'));
  const time = fc
    .tuple(
      number(0, 25, 2),
      number(0, 61, 2),
      number(0, 61, 2),
      fc.constantFrom('', '.5', 'Z', '+01:00', '-99:99'),
    )
    .map(([h, m, s, rest]) => `${h}:${m}:${s}${rest}`);

  it('days and instants are those of `Date`', () => {
    const isDay = (one: string): boolean =>
      !Number.isNaN(Date.parse(one)) && new Date(Date.parse(one)).toISOString().startsWith(one);
    fc.assert(
      fc.property(day, fc.constantFrom('T', ' '), time, near, (date, joint, clock, other) => {
        expect(typeOfCell(date)).toBe(isDay(date) ? 'date' : 'string');
        const instant = `${date}${joint}${clock}`;
        const isInstant = isDay(date) && !Number.isNaN(Date.parse(instant));
        expect(typeOfCell(instant)).toBe(isInstant ? 'timestamp' : 'string');
        expect(typeof typeOfCell(other)).toBe('string');
      }),
      { numRuns: 3000 },
    );
  });
});
