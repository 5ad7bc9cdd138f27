import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvLine } from './csv.js';

describe('a record of CSV', () => {
  it('is read as it was written, by another reader', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 3, maxLength: 3 }), { maxLength: 5 }),
        (rows) => {
          const plain = rows.map((row) => row.map((text) => `a${text}`));
          const read = parse(plain.map(csvLine).join(''), { record_delimiter: '\r\n' });
          expect(read).toEqual(plain);
        },
      ),
    );
  });

  it.each([
    [['a', 'b'], 'a,b\r\n'],
    [['', 'x,y', 'say "no"', 'two\nlines'], ',"x,y","say ""no""","two\nlines"\r\n'],
    [['=1+1', '-x', '@a', '+1', '\tx'], "'=1+1,'-x,'@a,'+1,'\tx\r\n"],
    [['=HYPERLINK("http://x","y")'], `"'=HYPERLINK(""http://x"",""y"")"\r\n`],
    [['a=1', '1-2'], 'a=1,1-2\r\n'],
  ])('%j is %j', (fields, line) => expect(csvLine(fields)).toBe(line));
});
