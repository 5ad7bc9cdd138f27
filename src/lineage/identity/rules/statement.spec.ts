import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameOfStatement, normaliseStatement } from './statement.js';

describe('a statement', () => {
  it.each([
    ["SELECT a, 'x''y', 1.5e3 FROM \"T\" -- why", 'select a , ? from "T"'],
    ['/* run 7 */ INSERT INTO s.t VALUES (1, 2, 3);', 'insert into s . t values ( ? )'],
    ["SELECT 'not closed", 'select ?'],
    ['SELECT /* not closed', 'select'],
    ['select `A-b` from x', 'select `A-b` from x'],
  ])('%j is normalised to %j', (sql, expected) => expect(normaliseStatement(sql)).toBe(expected));

  it.each([
    ['CREATE TABLE memory.default.t AS SELECT 1', 'create table memory.default.t'],
    ['create or replace view "My View" as select 1', 'create or replace view "My View"'],
    ['CREATE TABLE IF NOT EXISTS a.b (x int)', 'create table a.b'],
    ['insert overwrite table a.b select 1', 'insert overwrite a.b'],
    ['MERGE INTO t USING s ON true', 'merge into t'],
    ['WITH x AS (SELECT 1) SELECT * FROM x', 'with'],
    ['', 'statement'],
  ])('%j is named %j', (sql, expected) => {
    const name = nameOfStatement(sql);
    expect(name.slice(0, -9)).toBe(expected);
    expect(name.slice(-9)).toMatch(/^ [0-9a-f]{8}$/);
  });

  it('has one name whatever its literals, blanks and comments', () => {
    const literal = fc.oneof(
      fc.nat().map(String),
      fc.string().map((text) => `'${text.replaceAll("'", "''")}'`),
    );
    const blank = fc.constantFrom(' ', '\n', '\t ', ' /* * */ ', ' -- x\n');
    fc.assert(
      fc.property(literal, blank, (value, space) => {
        const sql = ['UPDATE', 'shop.orders', 'SET', 'x', '=', value, 'WHERE', 'y', '=', value].join(space);
        expect(nameOfStatement(sql)).toBe(nameOfStatement('update shop.orders set x = 1 where y = 2'));
      }),
    );
  });

  it('of any text is read to its end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (sql) =>
        expect(nameOfStatement(sql).length).toBeLessThan(220),
      ),
    );
    expect(nameOfStatement('('.repeat(300_000)).length).toBeLessThan(220);
    expect(nameOfStatement("'".repeat(300_001)).length).toBeLessThan(220);
  });
});
