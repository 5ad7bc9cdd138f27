import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type AnalyzedStatement, analyzeText, type Dialect } from './analysis.js';
import type { ColumnLineage } from './lineage/analyze.js';
import type { Source } from './lineage/sources.js';
import { PostgresParser } from './postgres/postgres-parser.js';
import { named } from './testing/schemas.js';

const FOLDER = path.join(import.meta.dirname, 'cases');
const SHOP = path.resolve('test/fixtures/statements/shop.json');

/** A text, the columns that are known, and what each of its statements is expected to give. */
interface Case {
  readonly says: string;
  readonly sql: string;
  /** `a, b` by table. */
  readonly columns?: Readonly<Record<string, string>>;
  readonly gives: readonly object[];
}

const parser = new PostgresParser(60_000);
afterAll(() => parser.close());

const PLACES = {
  postgresql: { defaultCatalog: 'db', defaultSchema: 'public' },
  trino: { defaultCatalog: 'hive', defaultSchema: 'web' },
} as const;

async function analyze(
  dialect: Dialect,
  sql: string,
  schemaOf: (table: string) => readonly string[] | undefined,
  place: { defaultCatalog: string; defaultSchema: string } = PLACES[dialect],
): Promise<AnalyzedStatement[]> {
  // Of tables that are not asked for, nothing is known.
  const schemasOf = (asked: readonly string[]) =>
    Promise.resolve(named((table) => (asked.includes(table) ? schemaOf(table) : undefined)));
  return analyzeText({ dialect, sql, ...place }, parser, schemasOf);
}

/** The notation of the cases: `t.a`, `t.a AGGREGATION masked`, `t.a (FILTER)` for what only decides. */
function told({ status, verb, problems, lineage }: AnalyzedStatement, prefix: string): object {
  const short = (name: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const source = ({ table, column, type, subtype, isMasking }: Source) => {
    const how = type === 'INDIRECT' ? `(${subtype})` : subtype === 'IDENTITY' ? '' : subtype;
    const words = [`${short(table)}.${column}`, how, isMasking ? 'masked' : ''];
    return words.filter((word) => word !== '').join(' ');
  };
  const list = (sources: readonly Source[]) => sources.map(source).sort();
  const of = ({
    columns,
    influence,
  }: {
    columns: readonly ColumnLineage[];
    influence: readonly Source[];
  }) => ({
    ...(columns.length > 0 && {
      columns: Object.fromEntries(columns.map(({ name, sources }) => [name, list(sources)])),
    }),
    ...(influence.length > 0 && { influence: list(influence) }),
  });
  const outputs = lineage.outputs.map((output) => {
    const { table, lifecycle, previousName } = output;
    const change = lifecycle === undefined ? {} : { lifecycle };
    const previous = previousName === undefined ? {} : { previous: short(previousName) };
    return [short(table), { ...change, ...previous, ...of(output) }] as const;
  });
  return {
    [verb ?? 'unread']: status,
    ...(problems.length > 0 && {
      problems: problems.map(({ code, subject }) => `${code}: ${short(subject)}`),
    }),
    ...(lineage.inputs.length > 0 && { inputs: lineage.inputs.map(short).join(', ') }),
    ...(outputs.length > 0 && { outputs: Object.fromEntries(outputs) }),
    ...(lineage.result && { result: of(lineage.result) }),
  };
}

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const dialect = file.split('-')[0] as Dialect;
  const { defaultCatalog, defaultSchema } = PLACES[dialect];
  const prefix = `${defaultCatalog}.${defaultSchema}.`;
  const cases = parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Case[];

  it.each(cases)('$says', async ({ sql, columns = {}, gives }) => {
    const known = new Map(
      Object.entries(columns).map(([table, names]) => [`${prefix}${table}`, names.split(', ')]),
    );
    const analyzed = await analyze(dialect, sql, (table) => known.get(table));
    expect(analyzed.map((one) => told(one, prefix))).toEqual(gives);
  });
});

interface ShopStatement {
  readonly says: string;
  readonly dialect: Dialect;
  readonly sql: string;
  readonly output: string;
  readonly columns?: Readonly<Record<string, string[]>>;
  readonly influence?: readonly string[];
  readonly inputs?: readonly string[];
  readonly schemas?: Readonly<Record<string, string[]>>;
  readonly reported?: Readonly<Record<string, string[]>>;
}

describe('the shop', () => {
  const statements = JSON.parse(readFileSync(SHOP, 'utf8')) as ShopStatement[];
  const place = { defaultCatalog: 'shop', defaultSchema: 'public' };

  it.each(statements.filter(({ columns }) => columns))(
    '$says, follows from what its code says',
    async ({ dialect, sql, output, columns, influence }) => {
      const [one] = await analyze(dialect, sql, () => undefined, place);
      expect(one).toMatchObject({ status: 'exact', problems: [], lineage: { outputs: [{ table: output }] } });
      const [written] = one!.lineage.outputs;
      expect(Object.fromEntries(written!.columns.map(({ name, sources }) => [name, kinds(sources)]))).toEqual(
        columns,
      );
      const deciding = written!.influence.map(
        ({ table, column, subtype }) => `${table}.${column} ${subtype}`,
      );
      expect([...new Set(deciding)].sort()).toEqual(influence);
    },
  );

  it.each(statements.filter(({ reported }) => reported))(
    '$says, reads what the engine says',
    async ({ dialect, sql, output, inputs, schemas, reported }) => {
      const [one] = await analyze(dialect, sql, (table) => schemas?.[table], place);
      expect(one).toMatchObject({ status: 'exact', problems: [], lineage: { inputs } });
      const written = one!.lineage.outputs.find(({ table }) => table === output);
      const columns = written!.columns.map(({ name, sources }) => [name, names(sources)] as const);
      // A table that is made empty has columns, and they follow from nothing.
      const made = columns.length > 0 ? columns : written!.schema!.map(({ name }) => [name, []] as const);
      expect(Object.fromEntries(made)).toEqual(reported);
    },
  );
});

function kinds(sources: readonly Source[]): string[] {
  return sources.map(({ table, column, type, subtype }) => `${table}.${column} ${type} ${subtype}`).sort();
}

function names(sources: readonly Source[]): string[] {
  return [...new Set(sources.map(({ table, column }) => `${table}.${column}`))].sort();
}
