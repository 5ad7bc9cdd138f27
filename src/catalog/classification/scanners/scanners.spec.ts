import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ScratchDatabase } from '../../merging/parquet/duckdb.js';
import { bytesReader } from '../../profiles/index.js';
import { type ColumnCounts, wordsOf } from './confidence.js';
import { countColumns } from './count-columns.js';
import type { ScannedFormat } from './scanned-formats.js';
import { findingsOf, scannerTags } from './findings.js';
import { SCANNERS } from './scanners.js';

/** Of those that know values without a name. */
const matching = (value: string): string[] =>
  SCANNERS.filter(({ matches, byValues }) => byValues > 0 && matches?.(value) === true).map(
    ({ name }) => name,
  );

/** What the surest scanners say of a column of one file. */
async function said(format: ScannedFormat, text: string, least = 0.4): Promise<Record<string, string>> {
  const columns = await countColumns(format, '', bytesReader(Buffer.from(text)));
  return byColumn(columns, least);
}
function byColumn(columns: readonly ColumnCounts[], least = 0.4): Record<string, string> {
  return Object.fromEntries(
    findingsOf(columns, scannerTags(''), least).map(({ column, tag, confidence }) => [
      column,
      `${tag} ${confidence}`,
    ]),
  );
}
const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n');

describe('scanners', () => {
  it.each([
    ['ada.lovelace+x@mail.example.org', 'email'],
    ['+49 30 901820', 'phone'],
    ['(030) 901820-15', 'phone-national'],
    ['212-555-0143', 'phone-national'],
    ['4111 1111 1111 1111', 'card'],
    ['5555555555554444', 'card'],
    ['378282246310005', 'card'],
    ['DE89 3704 0044 0532 0130 00', 'iban'],
    ['GB82WEST12345698765432', 'iban'],
    ['078-05-1120', 'us-ssn'],
    ['86095742719', 'de-tax-id'],
    ['255081416802538', 'fr-nir'],
    ['QQ123456C', undefined],
    ['AB123456C', 'uk-nino'],
    ['12345678Z', 'es-dni'],
    ['X1234567L', 'es-dni'],
    ['RSSMRA85T10A562S', 'it-cf'],
    ['192.168.17.4', 'ip'],
    ['2001:db8::1', 'ip'],
  ])('know %s as %s', (value, scanner) => {
    expect(matching(value)).toEqual(scanner === undefined ? [] : expect.arrayContaining([scanner]));
  });

  it.each([
    ...[
      '4111111111111112',
      '1234567890123456',
      '4000-1234',
      'DE89370400440532013001',
      'XX89370400440532013000',
    ],
    ...[
      '666-12-3456',
      '86095742718',
      '255081416802539',
      '12345678A',
      'RSSMRA85T10A562T',
      '999.1.1.1',
      '1.2.3.4',
    ],
    ...[
      '2026-03-01',
      '01.03.2026',
      '2026-03-01T10:00:00Z',
      '1767225600000',
      '1767225600',
      '3.14159',
      '-12.5',
    ],
    ...[
      '6f2c3d1e-8a4b-5c6d-9e0f-1a2b3c4d5e6f',
      'ORD-2026-000123',
      '2026-000123',
      '100000123',
      'a@b',
      'user@localhost',
    ],
  ])('take %s for nothing', (value) => expect(matching(value)).toEqual([]));

  it('take columns of order numbers, timestamps, UUIDs and counters for nothing', async () => {
    const uuid = (i: number) => `6f2c3d1e-8a4b-4c6d-9e0f-${String(i * 7_919).padStart(12, '0')}`;
    const text = `order_no,created,epoch_ms,id,sixteen,amount,version\n${rows(
      1_000,
      (i) =>
        `${4_000_000_000_000_000 + i * 9_973},2026-01-${String((i % 28) + 1).padStart(2, '0')}T10:00:00Z,${1_767_225_600_000 + i},${uuid(i)},${4_111_111_111_110_000 + i},${i}.25,1.${i % 9}.0.3`,
    )}`;
    expect(await said('csv', text)).toEqual({});
  });

  it('are sure of columns by values, surer with the name, and not of a name that values belie', async () => {
    const text = `contact,email,email_sent,iban,dob\n${rows(
      50,
      (i) =>
        `u${i}@example.org,v${i}@example.org,${i % 2 === 0},DE89370400440532013000,19${50 + (i % 50)}-02-03`,
    )}`;
    expect(await said('csv', text)).toEqual({
      contact: 'pii.email 1',
      email: 'pii.email 0.99',
      iban: 'pii.iban 0.99',
      dob: 'pii.birth-date 0.99',
    });
  });

  it('go into structs and lists of JSON, and of Parquet', async () => {
    const line = (i: number) => JSON.stringify({ id: i, who: { mails: [`a${i}@example.org`], n: 1 } });
    expect(await said('jsonl', rows(20, line))).toEqual({ 'who.mails': 'pii.email 1' });
    const directory = await mkdtemp(path.join(os.tmpdir(), 'cairn-scan-'));
    try {
      const file = path.join(directory, 'head');
      const database = await ScratchDatabase.open(directory);
      await database.run(
        `COPY (SELECT i, {'card': '4111111111111111', 'at': DATE '2020-01-01'} AS pay FROM range(30) AS r (i)) TO '${file}' (FORMAT parquet)`,
      );
      database.close();
      const columns = await countColumns('parquet', file, bytesReader(new Uint8Array()));
      expect(byColumn(columns)).toEqual({ 'pay.card': 'pci.card 0.95' });
      await writeFile(file, 'no parquet');
      await expect(countColumns('parquet', file, bytesReader(new Uint8Array()))).rejects.toThrow();
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('say what they rest on in counts, without any value', async () => {
    const columns = await countColumns(
      'csv',
      '',
      bytesReader(Buffer.from(`m\n${rows(20, (i) => `u${i}@example.org`)}`)),
    );
    const told = JSON.stringify([columns, findingsOf(columns, scannerTags(''), 0)]);
    expect(told).toContain('20 of 20 values match');
    expect(told).not.toContain('example');
  });

  it('are named, turned off and given other classifications by settings', () => {
    const tags = scannerTags('email=contact.email,ip=off');
    expect(tags.get('email')).toBe('contact.email');
    expect(tags.has('ip')).toBe(false);
    expect(() => scannerTags('emial=off')).toThrow(/emial is no scanner/);
  });

  it.each([
    ['customerEmail', 'customer_email'],
    ['Customer E-Mail', 'customer_e_mail'],
    ['IPAddress', 'ip_address'],
    ['a.b.homePhone', 'home_phone'],
  ])('read the name %s as %s', (name, words) => expect(wordsOf(name)).toBe(words));
});
