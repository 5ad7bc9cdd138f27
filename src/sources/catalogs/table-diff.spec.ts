import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ExternalColumn } from './catalog-connector.js';
import { diffTables, isSchemaChange, type KnownTable, removalOf } from './table-diff.js';

const column: fc.Arbitrary<ExternalColumn> = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    type: fc.constantFrom('text', 'integer'),
    nullable: fc.boolean(),
    description: fc.constantFrom('x', 'y'),
  },
  { requiredKeys: ['name', 'type', 'nullable'] },
);
const table: fc.Arbitrary<KnownTable> = fc.record(
  {
    columns: fc.uniqueArray(column, { selector: ({ name }) => name }),
    description: fc.constantFrom('d', 'e'),
    contentVersion: fc.constantFrom('1', '2'),
  },
  { requiredKeys: ['columns'] },
);

/** What a diff says the columns are now, from what they were. */
function applied(before: KnownTable, after: KnownTable): Record<string, string> {
  const diff = diffTables(before, after);
  const text = ({ type, nullable }: ExternalColumn) => (nullable ? type : `${type} NOT NULL`);
  const columns = Object.fromEntries(before.columns.map((each) => [each.name, text(each)]));
  for (const name of diff?.removedColumns ?? []) delete columns[name];
  for (const { name, after: now } of diff?.changedColumns ?? []) columns[name] = now;
  for (const name of diff?.addedColumns ?? [])
    columns[name] = text(after.columns.find((each) => each.name === name)!);
  return columns;
}

describe('a diff', () => {
  test('of a table with itself is none, in whatever order its columns are named', () => {
    fc.assert(
      fc.property(table, (each) => {
        expect(diffTables(each, { ...each, columns: [...each.columns].reverse() })).toBeUndefined();
      }),
    );
  });

  test('leads from what was to what is', () => {
    fc.assert(
      fc.property(table, table, (before, after) => {
        const text = ({ type, nullable }: ExternalColumn) => (nullable ? type : `${type} NOT NULL`);
        expect(applied(before, after)).toEqual(
          Object.fromEntries(after.columns.map((each) => [each.name, text(each)])),
        );
      }),
    );
  });

  test('is found exactly when something differs', () => {
    const seen = (each: KnownTable) =>
      JSON.stringify([
        [...each.columns]
          .sort((a, b) => (a.name < b.name ? -1 : 1))
          .map((c) => [c.name, c.type, c.nullable, c.description]),
        ...[each.description, each.contentVersion],
      ]);
    fc.assert(
      fc.property(table, table, (before, after) => {
        expect(diffTables(before, after) === undefined).toBe(seen(before) === seen(after));
      }),
    );
  });

  test('of a table that came or went names all its columns', () => {
    const columns = [{ name: 'a', type: 'text', nullable: true }];
    expect(diffTables(undefined, { columns })).toMatchObject({ type: 'added', addedColumns: ['a'] });
    expect(removalOf({ columns })).toMatchObject({ type: 'removed', removedColumns: ['a'] });
    expect(isSchemaChange(diffTables({ columns }, { columns, contentVersion: '2' })!)).toBe(false);
  });
});
