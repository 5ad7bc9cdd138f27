import { afterAll, describe, expect, it } from '@jest/globals';
import type { EventBody, EventDataset } from '../src/lineage/events/event.js';
import { SqlStatements } from '../src/lineage/index.js';
import type { ColumnSource } from '../src/lineage/projection/column-facts.js';
import { questionOf } from '../src/lineage/sql/sql-question.js';
import { readStatement } from '../src/lineage/sql/sql-statements.js';
import { EventStatements } from '../src/sources/statements/event-statements.js';

const PG = 'postgres://db:5432';
const TRINO = 'trino://trino:8080';

const reader = new EventStatements(new SqlStatements());
afterAll(() => reader.onApplicationShutdown());

/** `shop.af.orders(id, total)`: a dataset, with its columns where its event has them. */
function dataset(text: string, namespace: string): EventDataset {
  const [, name, columns] = /^([^(]+)(?:\((.*)\))?$/.exec(text)!;
  const fields = columns?.split(', ').map((column) => ({ name: column, type: 'text' }));
  return { namespace, name: name!, facets: fields === undefined ? {} : { schema: { fields } } };
}

interface Given {
  readonly sql: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly namespace?: string;
  readonly dialect?: string;
  readonly integration?: string;
  /** A facet of the first output. */
  readonly columnLineage?: object;
  /** Whether all outputs have it. */
  readonly isShared?: boolean;
}

function eventOf(given: Given): EventBody {
  const {
    sql,
    inputs = [],
    outputs = [],
    namespace = PG,
    dialect,
    integration,
    columnLineage,
    isShared,
  } = given;
  const described = outputs.map((text, i) => {
    const { facets, ...name } = dataset(text, namespace);
    return { ...name, facets: { ...(facets as object), ...(i === 0 || isShared ? { columnLineage } : {}) } };
  });
  return {
    eventTime: '2026-11-23T10:00:00Z',
    job: {
      namespace: 'jobs',
      name: 'j',
      facets: { sql: { query: sql, dialect }, jobType: { integration } },
    },
    inputs: inputs.map((text) => dataset(text, namespace)),
    outputs: described,
  };
}

/** `out.a from in.b`, with how: an aggregation, a filter. Names without what all of them begin with. */
async function told(given: Given): Promise<object | undefined> {
  const read = await readStatement(reader, eventOf(given));
  if (read === undefined) return undefined;
  const short = ({ name }: { name: string }) => name.slice(name.lastIndexOf('.') + 1);
  const column = (output: string, { dataset: source, ...one }: ColumnSource) =>
    `${output}.${one.targetColumn} from ${short(source)}.${one.sourceColumn} ${one.subtype}`;
  return {
    ...(read.outputs.length === 0
      ? {}
      : {
          tells: Object.fromEntries(
            read.outputs.map(({ output, inputs, columns }) => [
              short(output),
              {
                inputs: inputs && inputs.map(short),
                columns: columns.map((one) => column(short(output), one)).sort(),
              },
            ]),
          ),
        }),
    ...(read.problems.length === 0 ? {} : { problems: read.problems }),
  };
}

const IN = ['shop.af.orders(id, customer, total)', 'shop.af.customers(id, name)'];
const OUT = ['shop.af.sums'];

describe('what the SQL of an event tells', () => {
  const whole = (columns: string[], inputs = ['customers', 'orders']) => ({
    tells: { sums: { inputs, columns } },
  });
  const insert =
    'INSERT INTO af.sums (who, n) SELECT c.name, count(o.id) FROM af.customers c JOIN af.orders o ON o.customer = c.id GROUP BY c.name';
  const inserted = whole([
    'sums.* from customers.id JOIN',
    'sums.* from customers.name GROUP_BY',
    'sums.* from orders.customer JOIN',
    'sums.n from orders.id AGGREGATION',
    'sums.who from customers.name IDENTITY',
  ]);

  it.each<[string, Given, object | undefined]>([
    ['an INSERT with a list of columns', { sql: insert, inputs: IN, outputs: OUT }, inserted],
    [
      'the dialect that the facet says, whatever the namespace is called',
      { sql: insert, inputs: IN, outputs: OUT, namespace: 'warehouse', dialect: 'PostgreSQL' },
      inserted,
    ],
    [
      'nothing in a dialect that is not read',
      { sql: insert, inputs: IN, outputs: OUT, dialect: 'oracle' },
      undefined,
    ],
    [
      'nothing on a store without SQL',
      { sql: insert, inputs: IN, outputs: OUT, namespace: 's3://lake' },
      undefined,
    ],
    ['nothing where the event names no outputs', { sql: insert, inputs: IN }, undefined],
    ['nothing where it names one output alone', { sql: insert, outputs: OUT }, undefined],
    [
      'what goes from one output into another, where it names no inputs',
      {
        sql: `INSERT INTO af.stage (total) VALUES (1); INSERT INTO af.sums (n) SELECT total FROM af.stage`,
        outputs: ['shop.af.stage', ...OUT],
      },
      whole(['sums.n from stage.total IDENTITY'], ['stage']),
    ],
    [
      'names without a schema, as one dataset of the event ends with them',
      { sql: 'INSERT INTO sums (n) SELECT total FROM orders', inputs: IN, outputs: OUT },
      whole(['sums.n from orders.total IDENTITY'], ['orders']),
    ],
    [
      'nothing of a name that two datasets end with',
      {
        sql: 'INSERT INTO af.sums (n) SELECT total FROM orders',
        inputs: ['shop.af.orders', 'shop.old.orders'],
        outputs: OUT,
      },
      { problems: ['line 1: orders is not one dataset of the event (unqualified-table)'] },
    ],
    [
      'no column of a table that the event does not name, and not which inputs there are',
      {
        sql: 'INSERT INTO af.sums (n, m) SELECT o.total, x.total FROM af.orders o, other.archive x',
        inputs: IN,
        outputs: OUT,
      },
      {
        tells: { sums: { inputs: null, columns: ['sums.n from orders.total IDENTITY'] } },
        problems: ['line 1: other.archive is not one dataset of the event (unqualified-table)'],
      },
    ],
    [
      'a star, where the schema of the input is told',
      { sql: 'CREATE TABLE af.sums AS SELECT * FROM af.customers', inputs: IN, outputs: OUT },
      whole(['sums.id from customers.id IDENTITY', 'sums.name from customers.name IDENTITY'], ['customers']),
    ],
    [
      'which inputs flow into the output of a star, where no schema is told',
      { sql: 'CREATE TABLE af.sums AS SELECT * FROM af.feed', inputs: ['shop.af.feed'], outputs: OUT },
      {
        tells: { sums: { inputs: ['feed'], columns: [] } },
        problems: ['line 1: the columns of shop.af.feed are not known (unknown-columns)'],
      },
    ],
    [
      'an INSERT without a list of columns, by the schema of the output',
      {
        sql: 'INSERT INTO af.sums SELECT name, id FROM af.customers',
        inputs: IN,
        outputs: ['shop.af.sums(who, n)'],
      },
      whole(['sums.n from customers.id IDENTITY', 'sums.who from customers.name IDENTITY'], ['customers']),
    ],
    [
      'nothing of columns where a name may be of two tables',
      {
        sql: 'INSERT INTO af.sums (n) SELECT total FROM af.a, af.b',
        inputs: ['shop.af.a', 'shop.af.b'],
        outputs: OUT,
      },
      {
        tells: { sums: { inputs: ['a', 'b'], columns: [] } },
        problems: [
          'line 1: which relation has the column total cannot be told without their schemas (ambiguous-column)',
        ],
      },
    ],
    [
      'several statements, each of its own output',
      {
        sql: `DELETE FROM af.sums WHERE n = 1; INSERT INTO af.sums (n) SELECT total FROM af.orders;
              INSERT INTO af.names (who) SELECT name FROM af.customers`,
        inputs: IN,
        outputs: [...OUT, 'shop.af.names'],
      },
      {
        tells: {
          sums: { inputs: ['orders'], columns: ['sums.n from orders.total IDENTITY'] },
          names: { inputs: ['customers'], columns: ['names.who from customers.name IDENTITY'] },
        },
      },
    ],
    [
      'a table that is made on the way',
      {
        sql: `CREATE TABLE af.stage AS SELECT id, total FROM af.orders; INSERT INTO af.sums (n) SELECT sum(total) FROM af.stage`,
        inputs: IN,
        outputs: ['shop.af.stage', ...OUT],
      },
      {
        tells: {
          stage: {
            inputs: ['orders'],
            columns: ['stage.id from orders.id IDENTITY', 'stage.total from orders.total IDENTITY'],
          },
          sums: { inputs: ['stage'], columns: ['sums.n from stage.total AGGREGATION'] },
        },
      },
    ],
    [
      'rows that are taken out of one output and put into another',
      {
        sql: `WITH gone AS (DELETE FROM af.stage WHERE old RETURNING total) INSERT INTO af.sums (n) SELECT total FROM gone`,
        inputs: IN,
        outputs: ['shop.af.stage', ...OUT],
      },
      {
        tells: {
          sums: {
            inputs: ['stage'],
            columns: ['sums.* from stage.old FILTER', 'sums.n from stage.total IDENTITY'],
          },
        },
      },
    ],
    [
      'a temporary table by what it is made of',
      {
        sql: `CREATE TEMP TABLE stage AS SELECT id, total FROM af.orders; INSERT INTO af.sums (n) SELECT sum(total) FROM stage`,
        inputs: IN,
        outputs: OUT,
      },
      whole(['sums.n from orders.total AGGREGATION'], ['orders']),
    ],
    [
      'no column of the output itself, which the event does not name as an input',
      {
        sql: 'INSERT INTO af.sums AS s (n) SELECT total FROM af.orders ON CONFLICT (n) DO UPDATE SET n = s.n + excluded.n',
        inputs: IN,
        outputs: OUT,
      },
      whole(['sums.n from orders.total IDENTITY', 'sums.n from orders.total TRANSFORMATION'], ['orders']),
    ],
    [
      "values that Python's drivers fill in",
      {
        sql: "INSERT INTO af.sums (n) SELECT total FROM af.orders WHERE id = %(id)s AND customer IN %s AND total::text LIKE '5%%'",
        inputs: IN,
        outputs: OUT,
      },
      whole(
        [
          'sums.* from orders.customer FILTER',
          'sums.* from orders.id FILTER',
          'sums.* from orders.total FILTER',
          'sums.n from orders.total IDENTITY',
        ],
        ['orders'],
      ),
    ],
    [
      'only that it could not be read',
      { sql: 'INSERT INTO af.sums (n) SELEKT total FROM af.orders', inputs: IN, outputs: OUT },
      { problems: ['line 1: syntax error at or near "SELEKT" (syntax)'] },
    ],
    [
      'what is certain, beside what could not be read, and not which inputs there are',
      { sql: 'INSERT INTO af.sums (n) SELECT total FROM af.orders; FROBNICATE', inputs: IN, outputs: OUT },
      {
        tells: { sums: { inputs: null, columns: ['sums.n from orders.total IDENTITY'] } },
        problems: ['line 1: syntax error at or near "FROBNICATE" (syntax)'],
      },
    ],
    [
      'nothing of a longer text',
      { sql: `${insert} /* ${'x'.repeat(33_000)} */`, inputs: IN, outputs: OUT },
      { problems: ['it has more than 32768 characters'] },
    ],
    [
      'nothing of very many statements',
      { sql: `${insert}${';'.repeat(501)}`, inputs: IN, outputs: OUT },
      { problems: ['it has more than 500 semicolons'] },
    ],
    [
      'nothing of what PostgreSQL takes minutes to scan',
      { sql: `${insert}${'/*'.repeat(10_000)}`, inputs: IN, outputs: OUT },
      { problems: ['it has more than 1000 operators in a row'] },
    ],
    [
      'of Trino, in any case',
      {
        sql: 'INSERT INTO Lake.Web.Daily (day, hits) SELECT Day, count(*) FROM visits GROUP BY Day',
        inputs: ['lake.web.visits'],
        outputs: ['lake.web.DAILY'],
        namespace: TRINO,
      },
      {
        tells: {
          DAILY: {
            inputs: ['visits'],
            columns: ['DAILY.* from visits.day GROUP_BY', 'DAILY.day from visits.day IDENTITY'],
          },
        },
      },
    ],
    [
      'nothing of a query alone, whose rows go nobody knows where',
      { sql: 'SELECT total AS n FROM af.orders', inputs: IN, outputs: OUT },
      {},
    ],
    [
      'of a query of dbt, which makes its model',
      { sql: 'SELECT total AS n FROM af.orders', inputs: IN, outputs: OUT, integration: 'DBT' },
      whole(['sums.n from orders.total IDENTITY'], ['orders']),
    ],
    [
      'nothing where columnLineage tells',
      {
        ...{ sql: insert, inputs: IN, outputs: OUT },
        columnLineage: { fields: { who: { inputFields: [{ namespace: PG, name: 'o', field: 'x' }] } } },
      },
      undefined,
    ],
    [
      'what a MERGE does to columns that columnLineage and schema list as written, without what goes into them',
      {
        sql: `MERGE INTO lake.web.sums t USING (SELECT day, bytes FROM lake.web.visits) s ON t.day = s.day
              WHEN MATCHED THEN UPDATE SET total = t.total + s.bytes
              WHEN NOT MATCHED THEN INSERT (day, total) VALUES (s.day, s.bytes)`,
        inputs: ['lake.web.visits'],
        outputs: ['lake.web.sums(total)'],
        namespace: TRINO,
        columnLineage: { fields: { total: { inputFields: [] } } },
      },
      {
        tells: {
          sums: {
            inputs: ['visits'],
            columns: [
              'sums.* from visits.day JOIN',
              'sums.day from visits.day IDENTITY',
              'sums.total from visits.bytes IDENTITY',
              'sums.total from visits.bytes TRANSFORMATION',
            ],
          },
        },
      },
    ],
    [
      'and an UPDATE, by columns that this schema has not',
      {
        sql: `UPDATE lake.web.sums SET total = price * (SELECT max(bytes) FROM lake.web.visits) WHERE day > DATE '2026-01-01'`,
        inputs: ['lake.web.visits'],
        outputs: ['lake.web.sums(total)'],
        namespace: TRINO,
        columnLineage: { fields: { total: { inputFields: [] } } },
      },
      {
        tells: { sums: { inputs: ['visits'], columns: ['sums.total from visits.bytes AGGREGATION'] } },
      },
    ],
    [
      'the columns that columnLineage calls by the place in the query',
      {
        ...{ sql: insert, inputs: IN, outputs: OUT },
        columnLineage: { fields: { _0: { inputFields: [] } } },
      },
      inserted,
    ],
    [
      'the columns that columnLineage calls by the names of the query, and the table by others',
      {
        ...{ sql: insert, inputs: IN, outputs: ['shop.af.sums(who, n)'] },
        columnLineage: { fields: { name: { inputFields: [] } } },
      },
      inserted,
    ],
    [
      'the columns of each output, where columnLineage says the same of all of them',
      {
        sql: 'CREATE VIEW af.big AS SELECT id, total / 2 AS half FROM af.orders; CREATE TABLE af.sums AS SELECT id, half FROM af.big',
        inputs: [...IN, 'shop.af.big'],
        outputs: ['shop.af.big(id, half)', 'shop.af.sums(id, half)'],
        columnLineage: { fields: { id: { inputFields: [] }, half: { inputFields: [] } } },
        isShared: true,
      },
      {
        tells: {
          big: {
            inputs: ['orders'],
            columns: ['big.half from orders.total TRANSFORMATION', 'big.id from orders.id IDENTITY'],
          },
          sums: {
            inputs: ['big'],
            columns: ['sums.half from big.half IDENTITY', 'sums.id from big.id IDENTITY'],
          },
        },
      },
    ],
    [
      'nothing in the place of such columnLineage, unless all of it is certain',
      {
        ...{ sql: `${insert}; FROBNICATE`, inputs: IN, outputs: OUT },
        columnLineage: { fields: { _0: { inputFields: [] } } },
      },
      { problems: ['line 1: syntax error at or near "FROBNICATE" (syntax)'] },
    ],
  ])('%s', async (_says, given, expected) => {
    expect(await told(given)).toEqual(expected);
  });

  it('is the same for the same question, asked at once and again', async () => {
    const question = questionOf(eventOf({ sql: insert, inputs: IN, outputs: OUT }))!.question;
    const answers = await Promise.all([reader.read(question), reader.read(question)]);
    expect(answers[0]).toBe(answers[1]);
    const another = new EventStatements(new SqlStatements());
    expect(await another.read(question)).toEqual(answers[0]);
    await another.onApplicationShutdown();
  });
});
