import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadModule, parseSync } from 'libpg-query';
import { init, parse as parseGeneric } from '@guanmingchiu/sqlparser-ts';
import { parse } from 'yaml';
import { analyzeText } from '../dist/src/sources/statements/analysis.js';
import { PostgresParser } from '../dist/src/sources/statements/postgres/postgres-parser.js';
import { ms, progress, rate, table } from './support/report.mjs';
import { spread, timed } from './support/statistics.mjs';

const CASES = path.resolve(import.meta.dirname, '../src/sources/statements/cases');
const ROUNDS = 20;
/** Tables of the texts have these columns, so that stars are followed too. */
const COLUMNS = Array.from({ length: 20 }, (_, i) => ({ name: `c${i}` }));

/**
 * How many texts a second are followed to their columns, over the cases of the tests; and how many a parser alone reads in the same run:
 * PostgreSQL's own in the same thread, and sqlparser for those texts of Trino that it can read.
 */
export async function run() {
  await loadModule();
  await init();
  const corpus = readdirSync(CASES).flatMap((file) =>
    parse(readFileSync(path.join(CASES, file), 'utf8')).map(({ sql }) => ({
      dialect: file.split('-')[0],
      sql,
    })),
  );
  const rows = [['', 'texts', 'parser alone', 'followed', 'ratio', 'p50', 'p99']];
  for (const [dialect, parseAlone] of [
    ['postgresql', (sql) => parseSync(sql)],
    ['trino', (sql) => parseGeneric(sql, 'generic')],
  ]) {
    const texts = corpus
      .filter((one) => one.dialect === dialect)
      .map(({ sql }) => sql)
      .filter((sql) => reads(parseAlone, sql));
    progress(`statements: ${dialect} …`);
    const floor = await timed(() => {
      for (let round = 0; round < ROUNDS; round++) for (const sql of texts) parseAlone(sql);
    });
    const { times, total } = await follow(dialect, texts);
    const alone = (1000 * ROUNDS * texts.length) / floor.ms;
    const followed = (1000 * times.length) / total;
    const { p50, p99 } = spread(times);
    rows.push([
      dialect,
      String(texts.length),
      rate(alone),
      rate(followed),
      `${(followed / alone).toFixed(2)}×`,
      ms(p50),
      ms(p99),
    ]);
  }
  console.log(`\nstatements  followed to their columns, ${ROUNDS} rounds, one core and the parser's thread`);
  table(rows);
}

async function follow(dialect, texts) {
  const parser = new PostgresParser(10_000);
  const schemas = () => Promise.resolve(() => COLUMNS);
  const one = (sql) =>
    analyzeText({ dialect, sql, defaultCatalog: 'c', defaultSchema: 's' }, parser, schemas);
  for (const sql of texts) await one(sql);
  const times = [];
  const { ms: total } = await timed(async () => {
    for (let round = 0; round < ROUNDS; round++)
      for (const sql of texts) times.push((await timed(() => one(sql))).ms);
  });
  await parser.close();
  return { times, total };
}

function reads(parseAlone, sql) {
  try {
    parseAlone(sql);
    return true;
  } catch {
    return false;
  }
}
