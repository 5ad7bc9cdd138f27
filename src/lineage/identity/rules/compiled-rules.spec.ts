import { randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AssetIdentity } from '../../../catalog/index.js';
import { ALL_BUILTIN_RULES, BUILTIN_RULES } from './builtin-rules.js';
import { CompiledRules } from './compiled-rules.js';
import type { RuleDefinition, StoredRule } from './rule.js';
import { MAX_SPELLING_CHARS } from './spelling.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

const data = (identityNamespace: string, identityName: string): AssetIdentity => ({
  space: 'data',
  identityNamespace,
  identityName,
});
const job = (identityNamespace: string, identityName: string): AssetIdentity => ({
  space: 'job',
  identityNamespace,
  identityName,
});
const rulesOf = (...definitions: RuleDefinition[]) =>
  new CompiledRules(definitions.map((definition, i): StoredRule => ({ id: `${i + 1}`, definition })));
const spelled = (rules: CompiledRules, identity: AssetIdentity, statement?: string) => {
  const { identityNamespace, identityName } = rules.spell(identity, statement).identity;
  return [identityNamespace, identityName];
};

describe('the rules that come with Cairn', () => {
  it.each(
    BUILTIN_RULES.flatMap(({ id, spell, examples }) => examples.map((example) => ({ id, spell, example }))),
  )('$id: does what its example says', ({ spell, example: [from, to] }) => {
    expect(spell!(from)).toEqual(to);
    expect(spell!(to)).toEqual(to);
  });

  it('each have an id of their own, and a sentence', () => {
    expect(new Set(ALL_BUILTIN_RULES.map(({ id }) => id)).size).toBe(ALL_BUILTIN_RULES.length);
    for (const { summary } of ALL_BUILTIN_RULES) expect(summary).toMatch(/\.$/);
  });

  it.each([
    ['s3n://lake', 'raw/orders/dt=2024-05-01/', 's3://lake', 'raw/orders'],
    ['s3://lake', 'Raw//Orders', 's3://lake', 'Raw//Orders'],
    ['s3://lake', 'dt=2024-05-01', 's3://lake', 'dt=2024-05-01'],
    ['s3://lake', '/', 's3://lake', '/'],
    ['hdfs://NN:8020', '/lake/orders/*.parquet', 'hdfs://nn', '/lake/orders'],
    ['kafka://B2,127.0.0.1:9093', 'Orders', 'kafka://b2:9092,localhost:9093', 'Orders'],
    ['postgres://[::1]', 'shop.public.Orders', 'postgres://localhost:5432', 'shop.public.Orders'],
    ['postgres://::1', 'shop.public.orders', 'postgres://localhost:5432', 'shop.public.orders'],
    ['postgresql://db', 'shop."Order Lines"', 'postgres://db:5432', 'shop.Order Lines'],
    ['postgres://db:5432', 'public.orders', 'postgres://db:5432', 'public.orders'],
    ['postgres://db:5432', 'orders', 'postgres://db:5432', 'orders'],
    ['postgres://db:5432', 'shop.', 'postgres://db:5432', 'shop.'],
    ['postgres://db:5432', 'shop.public."a""b"', 'postgres://db:5432', 'shop.public."a""b"'],
    ['postgres://db:5432', 'shop.public."open', 'postgres://db:5432', 'shop.public."open'],
    ['postgres://db:5432', 'shop.public."a.b"', 'postgres://db:5432', 'shop.public.a.b'],
    ['postgres://db:5432', 'shop.public."a"b', 'postgres://db:5432', 'shop.public."a"b'],
    ['mssql://db', 'shop.dbo."orders"', 'sqlserver://db:1433', 'shop.dbo.orders'],
    ['clickhouse://127.0.0.1', 'shop.`orders`', 'clickhouse://localhost:8123', 'shop.orders'],
    ['crate://DB', 'crate.doc."Orders"', 'crate://db:5432', 'crate.doc.Orders'],
    ['mysql://db', '`shop`.`order lines`', 'mysql://db:3306', 'shop.order lines'],
    ['snowflake://acme-eu', 'shop."Mixed".orders', 'snowflake://acme-eu', 'SHOP."Mixed".ORDERS'],
    ['snowflake://acme-eu', '"SHOP"."Mixed"."ORDERS"', 'snowflake://acme-eu', 'SHOP."Mixed".ORDERS'],
    ['snowflake://acme-eu', 'shop."A.B".o"X"', 'snowflake://acme-eu', 'SHOP."A.B".O"X"'],
    ['trino://t:8080', '"hive"."web"."Hits"', 'trino://t:8080', 'hive.web."Hits"'],
    ['duckdb:///srv/Shop.duckdb', 'shop.raw.Orders', 'duckdb:///srv/Shop.duckdb', 'shop.raw.Orders'],
    ['file:/srv/shop/warehouse', 'mart.country_sales', 'file:/srv/shop/warehouse', 'mart.country_sales'],
    ['file://nas7', '/srv/orders.csv', 'file://nas7', '/srv/orders.csv'],
    ['bigquery', 'acme.logs.events$20240501', 'bigquery', 'acme.logs.events'],
    ['bigquery', 'acme.logs.v_12345678', 'bigquery', 'acme.logs.v_12345678'],
    ['cairn', 'penguins', 'cairn', 'penguins'],
    [
      'unknown',
      'default_catalog.default_database.orders',
      'unknown',
      'default_catalog.default_database.orders',
    ],
  ])('spell %s %s as %s %s', (namespace, name, ...expected) =>
    expect(spelled(rulesOf(), data(namespace, name))).toEqual(expected),
  );

  it('do not touch jobs, but for queries of Trino', () => {
    expect(spelled(rulesOf(), job('postgres://127.0.0.1', 'a/'))).toEqual(['postgres://127.0.0.1', 'a/']);
    const query = job('trino://t:8080', '20261123_221656_00004_atsr6');
    const [, name] = spelled(rulesOf(), query, 'INSERT INTO shop.Orders SELECT 1');
    expect(name).toMatch(/^insert into shop\.orders [0-9a-f]{8}$/);
    expect(
      spelled(
        rulesOf(),
        job('trino://t:8080', '20261123_221656_00005_zzzzz'),
        'insert into shop.orders\n select 2 -- again',
      )[1],
    ).toBe(name);
    expect(spelled(rulesOf(), query)).toEqual(['trino://t:8080', '20261123_221656_00004_atsr6']);
    expect(spelled(rulesOf({ kind: 'off', rule: 'trino-queries' }), query, 'SELECT 1')[1]).toBe(
      query.identityName,
    );
  });
});

describe('rules of an installation', () => {
  it('replace a namespace, however it was written', () => {
    const rules = rulesOf({ kind: 'namespace', from: 'postgres://127.0.0.1', to: 'postgres://db.acme.com' });
    expect(spelled(rules, data('postgresql://localhost:5432', 'shop.public.orders'))).toEqual([
      'postgres://db.acme.com:5432',
      'shop.public.orders',
    ]);
  });

  it('show a catalog of Trino as its database', () => {
    const rules = rulesOf({
      kind: 'template',
      space: 'data',
      from: { namespace: 'trino://t', name: 'pg.{schema}.{table}' },
      to: { namespace: 'postgres://db', name: 'shop.{schema}.{table}' },
    });
    expect(spelled(rules, data('trino://T:8080', 'pg.public.orders'))).toEqual([
      'postgres://db:5432',
      'shop.public.orders',
    ]);
    expect(spelled(rules, data('trino://t:8080', 'tpch.tiny.nation'))).toEqual([
      'trino://t:8080',
      'tpch.tiny.nation',
    ]);
  });

  it('give tables that Spark names without a schema theirs, and leave the others', () => {
    const rules = rulesOf({
      kind: 'template',
      space: 'data',
      from: { namespace: 'postgres://db', name: 'shop.{table.}' },
      to: { namespace: 'postgres://db', name: 'shop.public.{table}' },
    });
    for (const name of ['shop.orders', 'shop.public.orders'])
      expect(spelled(rules, data('postgres://db:5432', name))).toEqual([
        'postgres://db:5432',
        'shop.public.orders',
      ]);
  });

  it('name jobs without their counter, and by their statement', () => {
    const counter = rulesOf({
      kind: 'template',
      space: 'job',
      from: { namespace: 'spark', name: '{app}.stage_{n#}' },
      to: { namespace: 'spark', name: '{app}.stage' },
    });
    expect(spelled(counter, job('spark', 'shop_clean.stage_17'))).toEqual(['spark', 'shop_clean.stage']);
    expect(spelled(counter, job('spark', 'shop_clean.stage_x'))).toEqual(['spark', 'shop_clean.stage_x']);
    const statement = rulesOf({ kind: 'statement', from: { namespace: 'notebooks', name: 'cell {n#}' } });
    expect(statement.needsStatement(job('notebooks', 'cell 4'))).toBe(true);
    expect(statement.needsStatement(job('notebooks', 'other'))).toBe(false);
  });

  it('turn off what comes with Cairn', () => {
    const rules = rulesOf({ kind: 'off', rule: 'partitions' });
    expect(spelled(rules, data('s3a://lake', 'orders/dt=1'))).toEqual(['s3://lake', 'orders/dt=1']);
  });

  it('that go round come to the same from everywhere', () => {
    const rules = rulesOf(
      { kind: 'namespace', from: 'b', to: 'a' },
      { kind: 'namespace', from: 'a', to: 'c' },
      { kind: 'namespace', from: 'c', to: 'b' },
    );
    expect(new Set(['a', 'b', 'c'].map((namespace) => spelled(rules, data(namespace, 'x'))[0])).size).toBe(1);
  });

  it('that grow without end change nothing', () => {
    const rules = rulesOf({
      kind: 'template',
      space: 'data',
      from: { namespace: 'a', name: '{x}' },
      to: { namespace: 'a', name: '{x}/{x}' },
    });
    expect(spelled(rules, data('a', 'x'))).toEqual(['a', 'x']);
  });
});

const namespaces = fc.oneof(
  fc.constantFrom(
    's3a://lake',
    's3://lake/',
    'file',
    'file:///srv//x',
    'FILE://HOST/a/',
    'hdfs://NN:8020/',
    'bigquery',
    'wasbs://c@a.blob.core.windows.net',
  ),
  fc.constantFrom(
    'postgres://127.0.0.1',
    'postgres://U@H:1,[::1]',
    'snowflake://A',
    'trino://T/',
    'kafka://,',
    'mysql://:',
    'a',
    'b',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .tuple(fc.constantFrom('s3', 'file', 'kafka', 'oracle', 'hive'), fc.string({ maxLength: 12 }))
    .map(([scheme, rest]) => `${scheme}://${rest}`),
);
const names = fc.oneof(
  fc
    .array(
      fc.constantFrom('/', '//', 'a', 'B', '.', '"', 'dt=1', '*', '_20240501', '$1', 'é', 'İ', 'ß', '*.csv'),
      { minLength: 1, maxLength: 8 },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
);
const spelling = fc.record({ namespace: namespaces, name: names });
const pattern = fc.constantFrom('{x}', 'a{x}', '{x.}', '{x}/{y}', 'B', '{n#}', '{x}_{n#}');
const definitions: fc.Arbitrary<RuleDefinition> = fc.oneof(
  fc
    .record({ kind: fc.constant('namespace' as const), from: namespaces, to: namespaces })
    .filter(({ from, to }) => !/[{}]/.test(from + to)),
  fc.record({
    kind: fc.constant('template' as const),
    space: fc.constant('data' as const),
    from: fc.record({ namespace: fc.constantFrom('a', 'b', 's3://lake'), name: pattern }),
    to: fc.record({ namespace: fc.constantFrom('a', 'b', 's3://lake'), name: pattern }),
  }),
  fc.record({
    kind: fc.constant('off' as const),
    rule: fc.constantFrom(...ALL_BUILTIN_RULES.map(({ id }) => id)),
  }),
);

it('the rules that come with Cairn always come to an end, and each by itself at once', () => {
  fc.assert(
    fc.property(spelling, (given) => {
      for (const { spell } of BUILTIN_RULES) expect(spell!(spell!(given))).toEqual(spell!(given));
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

it('what is spelled is spelled the same again, and its length is bounded', () => {
  fc.assert(
    fc.property(fc.array(definitions, { maxLength: 5 }), spelling, (given, { namespace, name }) => {
      const rules = rulesOf(...given);
      const once = rules.spell(data(namespace, name)).identity;
      expect(rules.spell(once).identity).toEqual(once);
      expect(once.identityName).not.toBe('');
      const { length } = once.identityNamespace + once.identityName;
      expect(length).toBeLessThanOrEqual(Math.max(MAX_SPELLING_CHARS, namespace.length + name.length));
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});
