import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run } from '../cli/run.js';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const PG = 'postgres://db.example.org:5432';
const TRINO = 'trino://trino.example.org:8080';

let cairn: TestCairn;
const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-statements-'));
/** May emit and read in `external`. */
let ada: string;
/** May list in `external` and read nothing there. */
let bea: string;
/** May do nothing. */
let eve: string;

beforeAll(async () => {
  cairn = await startTestCairn({
    CAIRN_POLICY_DIR: path.resolve('test/fixtures/statement-policies'),
    STATEMENTS_MAX_BYTES: '20000',
  });
  ada = await cairn.tokenFor('user:ada');
  bea = await cairn.tokenFor('user:bea');
  eve = await cairn.tokenFor('user:eve');
}, 60_000);
afterAll(async () => {
  await cairn.stop();
  rmSync(folder, { recursive: true });
});

async function send(body: unknown, token = ada, route = '/api/v1/statements'): Promise<[number, any]> {
  const headers = { 'content-type': 'application/json' };
  const response = await cairn.http(route, { method: 'POST', headers, body: JSON.stringify(body), token });
  return [response.status, await response.json()];
}

const pg = (sql: string, more: object = {}) => ({
  ...{ dialect: 'postgresql', source: PG, defaultCatalog: 'shop', time: '2026-03-01T10:00:00Z', sql },
  ...more,
});

async function columnsOf(name: string, identityNamespace = PG, token = ada): Promise<string[]> {
  const { assetByName } = await cairn.ask(
    `query($ns: String!, $n: String!) { assetByName(kind: dataset, identityNamespace: $ns, identityName: $n) {
      columnLineage(direction: upstream, depth: 1) {
        edges { fromAsset { asset { identityName } } fromColumn toColumn transformation } } } }`,
    { ns: identityNamespace, n: name },
    token,
  );
  return assetByName.columnLineage.edges
    .map(
      (edge: any) =>
        `${edge.fromAsset.asset.identityName}.${edge.fromColumn} ${edge.transformation} ${edge.toColumn}`,
    )
    .sort();
}

const STATEMENTS = `query($f: StatementFilterInput, $after: String) { statements(filter: $f, first: 2, after: $after) {
  nodes { id status verb text principal engineUser inputCount outputCount columnCount runId problems { code subject line column }
    job { identityName } inputs { identityName } outputs { identityName } }
  pageInfo { hasNextPage endCursor } } }`;

describe('posting statements', () => {
  test('shows their lineage down to the column', async () => {
    const [status, answer] = await send(
      pg(
        `CREATE TABLE totals AS SELECT o.customer_id, sum(o.amount) AS spend FROM orders o
           JOIN customers c ON c.id = o.customer_id WHERE o.status <> 'void' GROUP BY 1`,
        { user: 'loader' },
      ),
    );
    expect(status).toBe(201);
    expect(answer).toMatchObject({
      status: 'exact',
      statements: [
        {
          verb: 'CREATE TABLE AS',
          problems: [],
          columns: 2,
          isDuplicate: false,
          inputs: [
            { namespace: PG, name: 'shop.public.customers' },
            { namespace: PG, name: 'shop.public.orders' },
          ],
          outputs: [{ namespace: PG, name: 'shop.public.totals' }],
          job: { namespace: PG, name: expect.stringMatching(/^statement\.[0-9a-f]{12}$/) },
        },
      ],
    });
    expect(await columnsOf('shop.public.totals')).toEqual([
      'shop.public.customers.id indirect *',
      'shop.public.orders.amount direct spend',
      'shop.public.orders.customer_id direct customer_id',
      'shop.public.orders.customer_id indirect *',
      'shop.public.orders.status indirect *',
    ]);
    const { lineageRun } = await cairn.ask(
      'query($id: ID!) { lineageRun(id: $id) { state endedAt facets } }',
      { id: answer.statements[0].runId },
      ada,
    );
    expect(lineageRun).toMatchObject({
      ...{ state: 'complete', endedAt: '2026-03-01T10:00:00.000Z' },
      facets: { cairn_statement: { status: 'exact', user: 'loader', dialect: 'postgresql' } },
    });
  });

  test('uses the columns that earlier statements made', async () => {
    const [, answer] = await send(pg('INSERT INTO archive (a, b) SELECT * FROM totals'));
    expect(answer.status).toBe('exact');
    expect(await columnsOf('shop.public.archive')).toEqual([
      'shop.public.totals.customer_id direct a',
      'shop.public.totals.spend direct b',
    ]);
  });

  test('forgets the columns of a table that is made anew of what is not known', async () => {
    const at = (minute: number) => ({ time: `2026-03-01T11:0${minute}:00Z` });
    await send(pg('CREATE TABLE shape (a int, b text); ALTER TABLE shape ADD COLUMN c int', at(0)));
    const [, wide] = await send(pg('INSERT INTO of_shape (x, y, z) SELECT * FROM shape', at(1)));
    expect([wide.status, wide.statements[0].columns]).toEqual(['exact', 3]);
    await send(pg('DROP TABLE shape; CREATE TABLE shape AS SELECT * FROM nobody_knows', at(2)));
    const [, unknown] = await send(pg('INSERT INTO of_shape (x, y, z) SELECT * FROM shape', at(3)));
    expect(unknown.statements[0].problems).toMatchObject([
      { code: 'unknown-columns', subject: 'shop.public.shape' },
    ]);
  });

  test('looks columns up where the text says that names are', async () => {
    await send(pg('CREATE TABLE sales.t1 (p int, q int)'));
    const [, answer] = await send(pg('SET search_path = sales; INSERT INTO x1 (a, b) SELECT * FROM t1'));
    expect(answer).toMatchObject({ status: 'exact', statements: [{}, { columns: 2 }] });
  });

  test('again changes nothing', async () => {
    const text = pg('INSERT INTO once (a) SELECT x FROM source_of_once');
    const [, first] = await send(text);
    const [, second] = await send(text);
    expect(second.statements[0]).toEqual({ ...first.statements[0], isDuplicate: true });
    const { statements } = await cairn.ask(STATEMENTS, { f: { text: 'source_of_once' } }, ada);
    expect(statements.nodes).toHaveLength(1);
    const [, later] = await send({ ...text, time: '2026-03-02T10:00:00Z' });
    expect(later.statements[0].id).not.toBe(first.statements[0].id);
    expect(later.statements[0].job).toEqual(first.statements[0].job);
  });

  test('tells what is certain of a partial one, and names what is missing', async () => {
    const [status, answer] = await send(
      pg('CREATE TABLE wide AS\n  SELECT s.*, f(x) AS y FROM stars s, (SELECT x FROM others) o', {
        time: undefined,
      }),
    );
    expect(status).toBe(201);
    expect(answer.statements[0]).toMatchObject({
      status: 'partial',
      problems: [
        { code: 'unknown-function', subject: 'f', line: 2, column: 15 },
        { code: 'unknown-columns', subject: 'shop.public.stars' },
      ],
      columns: 1,
    });
    expect(await columnsOf('shop.public.wide')).toEqual(['shop.public.others.x direct y']);
  });

  test('of Trino names tables by catalog, and a query has inputs only', async () => {
    const base = { dialect: 'trino', source: TRINO, defaultCatalog: 'Hive', defaultSchema: 'Web' };
    const [, made] = await send({ ...base, sql: 'CREATE TABLE t2 AS SELECT "ID" AS i FROM Memory.D.T1' });
    expect(made).toMatchObject({ status: 'exact' });
    expect(await columnsOf('hive.web.t2', TRINO)).toEqual(['memory.d.t1.id direct i']);
    const [, read] = await send({
      ...base,
      sql: 'SELECT i FROM t2',
      job: { namespace: 'bi', name: 'daily' },
    });
    expect(read.statements[0]).toMatchObject({ outputs: [], job: { namespace: 'bi', name: 'daily' } });
  });

  test('of which none can be read, or that have no data, keeps a line each and tells lineage nothing', async () => {
    const [status, answer] = await send(pg('SELEC 1; SET search_path = x; SELECT now()'));
    expect(status).toBe(201);
    expect(answer.status).toBe('unparsed');
    expect(answer.statements.map((one: any) => [one.status, one.verb, one.eventId])).toEqual([
      ['unparsed', undefined, undefined],
      ['exact', 'SET', undefined],
      ['exact', 'SELECT', undefined],
    ]);
    expect(answer.statements[0].problems).toEqual([
      {
        code: 'syntax',
        subject: expect.any(String),
        message: 'syntax error at or near "SELEC"',
        line: 1,
        column: 1,
      },
    ]);
  });

  test('that are too large keeps them as unparsed', async () => {
    const [, answer] = await send(pg(`SELECT '${'x'.repeat(20_000)}'`));
    expect(answer.statements).toMatchObject([{ status: 'unparsed', problems: [{ code: 'too-large' }] }]);
  });

  test('keeps no password', async () => {
    const [, answer] = await send(pg(`CREATE USER bob PASSWORD 'hunter22secret'`));
    const { statement } = await cairn.ask('query($id: ID!) { statement(id: $id) { text } }', {
      id: answer.statements[0].id,
    });
    expect(statement.text).toBe(`CREATE USER bob PASSWORD '***'`);
    const [, broken] = await send(pg(`ALTER USER bob WITH PASS 'hunter22secret'`));
    const [, piped] = await send(pg(`COPY t TO PROGRAM 'curl -u x --password hunter22secret https://h'`));
    const [, other] = await send({
      dialect: 'trino',
      source: TRINO,
      sql: `SET SESSION AUTHORIZATION 'x' 'hunter22secret`,
    });
    expect(JSON.stringify([broken, piped, other])).not.toContain('hunter22');
  });

  test('by the thousand tells what became of each', async () => {
    const many = Array.from({ length: 40 }, (_, i) => pg(`INSERT INTO b${i % 7} (x) SELECT y${i} FROM a`));
    const [status, answer] = await send([...many, pg(''), pg('SELEC')]);
    expect(status).toBe(200);
    expect(answer).toMatchObject({
      status: 'partial_success',
      summary: { received: 42, successful: 41, failed: 1, exact: 40, partial: 0, unparsed: 1 },
    });
    expect(answer.results[40]).toEqual({ refused: 'sql: must not be empty', retriable: false });
    const [tooMany, problem] = await send(Array.from({ length: 1_001 }, () => ({})));
    expect([tooMany, problem.detail]).toEqual([400, 'body: must hold at most 1000 texts, not 1001']);
  });
});

describe('bad input', () => {
  test.each([
    ['dialect', { dialect: 'oracle' }],
    ['source', { source: 'postgres://user:pw@db:5432' }],
    ['source', { source: TRINO }],
    ['sql', { sql: 7 }],
    ['time', { time: 'yesterday' }],
    ['schemas[0].columns', { schemas: [{ table: 't', columns: [] }] }],
    ['job.name', { job: { namespace: 'x', name: '' } }],
    ['body', { unknown: 1 }],
  ])('is refused for its %s', async (field, wrong) => {
    const [status, problem] = await send({ ...pg('SELECT 1'), ...wrong });
    expect([status, problem.code, problem.field]).toEqual([400, 'InvalidInput', field]);
  });

  test('of dryRun is refused', async () => {
    const [status, problem] = await send(pg('SELECT 1'), ada, '/api/v1/statements?dryRun=perhaps');
    expect([status, problem.field]).toEqual([400, 'dryRun']);
  });
});

describe('a dry run', () => {
  test('tells all of the lineage and stores nothing', async () => {
    const request = {
      ...{ dialect: 'postgresql', defaultCatalog: 'shop' },
      sql: 'INSERT INTO dry (a) SELECT md5(d.x) FROM dry_input d; SELECT * FROM known',
      schemas: [{ table: 'known', columns: ['p', 'q'] }],
    };
    const [status, answer] = await send(request, ada, '/api/v1/statements/analysis');
    expect(status).toBe(200);
    expect(answer.statements).toMatchObject([
      {
        status: 'exact',
        outputs: [
          {
            name: 'shop.public.dry',
            columns: [
              {
                name: 'a',
                inputFields: [
                  {
                    ...{ name: 'shop.public.dry_input', field: 'x', masking: true },
                    ...{ type: 'DIRECT', subtype: 'TRANSFORMATION' },
                  },
                ],
              },
            ],
          },
        ],
      },
      { status: 'exact', result: { columns: [{ name: 'p' }, { name: 'q' }] } },
    ]);
    const [again, same] = await send(
      { ...request, source: PG, user: 'x' },
      ada,
      '/api/v1/statements?dryRun=true',
    );
    expect([again, same.statements.length]).toEqual([200, 2]);
    const { statements } = await cairn.ask(STATEMENTS, { f: { text: 'dry_input' } });
    expect(statements.nodes).toEqual([]);
  });

  test('does not tell columns of what the caller may not see', async () => {
    const sql = 'SELECT * FROM totals';
    const [, seen] = await send(pg(sql), ada, '/api/v1/statements?dryRun=true');
    expect(seen.statements[0].result.columns).toHaveLength(2);
    const [, hidden] = await send(pg(sql), eve, '/api/v1/statements?dryRun=true');
    expect(hidden.statements[0]).toMatchObject({
      status: 'partial',
      problems: [{ code: 'unknown-columns', subject: 'shop.public.totals' }],
      result: { columns: [] },
    });
  });
});

describe('policy', () => {
  test('refuses who may not emit, naming why, and keeps nothing', async () => {
    const sql = 'INSERT INTO evil (a) SELECT b FROM good';
    const [status, problem] = await send(pg(sql), bea);
    expect([status, problem.code]).toEqual([403, 'AccessDenied']);
    expect(problem.detail).toContain('emit');
    const [unparsed] = await send(pg('SELEC'), eve);
    expect(unparsed).toBe(403);
    const { statements } = await cairn.ask(STATEMENTS, { f: { text: 'evil' } });
    expect(statements.nodes).toEqual([]);
  });

  test('tells which statement of a text was refused, and by what', async () => {
    const [none, problem] = await send(pg('INSERT INTO x (a) SELECT 1', { source: 'postgres://vault:5432' }));
    expect([none, problem.code]).toEqual([403, 'AccessDenied']);
    const [status, answer] = await send(
      pg('INSERT INTO open1 (a) SELECT b FROM good; INSERT INTO secret.closed (a) SELECT b FROM good'),
    );
    expect([status, answer.status]).toEqual([201, 'partial']);
    expect(answer.statements).toMatchObject([
      { status: 'exact' },
      { refused: expect.stringContaining('SECRET-NO-EMIT'), retriable: false },
    ]);
  });

  test('shows what it reads and writes as the assets that it names by other names', async () => {
    const source = 'postgres://DB.example.org';
    const [, { statements: posted }] = await send(pg('CREATE TABLE near AS SELECT b FROM far', { source }));
    const { statement } = await cairn.ask(
      `query($id: ID!) { statement(id: $id) { inputs { ...ends } outputs { ...ends } } }
       fragment ends on Asset { identityNamespace identityName lineage(direction: both, depth: 1) { nodes { id } } }`,
      { id: posted[0].id },
    );
    const end = (identityName: string) => ({ identityNamespace: PG, identityName });
    expect(statement).toMatchObject({
      inputs: [{ ...end('shop.public.far'), lineage: { nodes: [{}, {}] } }],
      outputs: [{ ...end('shop.public.near'), lineage: { nodes: [{}, {}] } }],
    });
  });

  test('withholds the text from who may list but not read what it names', async () => {
    const [, { statements: posted }] = await send(pg('INSERT INTO private_x (a) SELECT card FROM payments'));
    const ask = async (token: string) =>
      cairn.graphql(
        'query($id: ID!) { statement(id: $id) { text status inputs { identityName } problems { subject } } }',
        { id: posted[0].id },
        token,
      );
    expect((await ask(ada)).data.statement.text).toContain('card');
    expect((await ask(bea)).data.statement).toMatchObject({ text: null, status: 'exact' });
    expect((await ask(eve)).errors?.[0]?.extensions['code']).toBe('NOT_FOUND');
    const found = async (token: string) =>
      (await cairn.ask(STATEMENTS, { f: { text: 'card' } }, token)).statements.nodes.length;
    expect([await found(ada), await found(bea)]).toEqual([1, 0]);
  });

  test('withholds the text that names what nothing of it reads', async () => {
    const textFor = async (sql: string, token: string) => {
      const [, { statements: posted }] = await send(pg(sql));
      const query = 'query($id: ID!) { statement(id: $id) { text } }';
      return (await cairn.graphql(query, { id: posted[0].id }, token)).data.statement.text as string | null;
    };
    const gil = await cairn.tokenFor('user:gil');
    const insert = 'INSERT INTO open_x (a) SELECT a FROM open_t';
    expect(await textFor(insert, gil)).toBe(insert);
    expect(await textFor(`WITH unused AS (SELECT iban FROM vault) ${insert}`, gil)).toBeNull();
    expect(await textFor('CREATE TABLE open_y (LIKE vault)', gil)).toBeNull();
    const used = `WITH used AS (SELECT a FROM open_t) INSERT INTO open_x (a) SELECT a FROM used`;
    expect(await textFor(used, gil)).toBe(used);
  });

  test('shows unparsed statements to their poster and to administrators', async () => {
    await send(pg('SELEC hidden'));
    const seen = async (token?: string) =>
      (await cairn.ask(STATEMENTS, { f: { status: 'unparsed', text: 'hidden' } }, token)).statements.nodes
        .length;
    expect([await seen(ada), await seen(), await seen(bea)]).toEqual([1, 1, 0]);
  });
});

describe('at a shell', () => {
  async function cli(...argv: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    const written = { stdout: '', stderr: '' };
    const exitCode = await run(argv, {
      stdout: { write: (text) => (written.stdout += text.toString()) },
      stderr: { write: (text) => (written.stderr += text.toString()) },
      env: { CAIRN_URL: cairn.url, CAIRN_TOKEN: ada, XDG_CONFIG_HOME: folder },
      cwd: folder,
    });
    return { exitCode, ...written };
  }

  test('a file is posted, listed and shown, and ends badly when it cannot be read', async () => {
    writeFileSync(path.join(folder, 'load.sql'), 'INSERT INTO shell (a) SELECT b FROM shell_input;\nSELEC');
    const engine = ['--dialect', 'postgresql', '--source', PG, '--catalog', 'shop', '--user', 'nightly'];
    const posted = await cli('statements', 'post', 'load.sql', ...engine);
    expect(posted).toMatchObject({ exitCode: 1, stderr: '1 exact, 0 partial, 1 unparsed, 0 refused\n' });
    expect(posted.stdout.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^STATUS +VERB +READS +WRITES/),
      expect.stringMatching(/^exact +INSERT +shop\.public\.shell_input +shop\.public\.shell$/),
      expect.stringMatching(/^unparsed .*2:1: syntax error at or near "SELEC" \(syntax\)$/),
    ]);
    const list = await cli('statements', 'list', '--user', 'nightly', '--status', 'exact');
    expect(list.stdout).toContain('INSERT INTO shell (a) SELECT b FROM shell_input');
    const shown = await cli('statements', 'show', list.stdout.split('\n')[1]!.split(' ')[0]!);
    expect(shown.stdout).toMatch(/reads +shop\.public\.shell_input/);
    const dry = await cli('--json', 'statements', 'post', 'load.sql', '--dialect', 'trino', '--dry-run');
    expect(JSON.parse(dry.stdout).statements[0].problems[0].code).toBe('unqualified-table');
    expect((await cli('statements', 'post', 'none.sql', ...engine)).exitCode).toBe(2);
  });
});

describe('the ledger', () => {
  test('is asked by status, asset, user and time, page by page', async () => {
    const { assetByName } = await cairn.ask(
      `{ assetByName(kind: dataset, identityNamespace: "${PG}", identityName: "shop.public.totals") { id } }`,
    );
    const names = async (f: object) =>
      (await cairn.ask(STATEMENTS, { f }, ada)).statements.nodes.map((node: any) => node.verb);
    expect(await names({ asset: assetByName.id })).toEqual(['INSERT', 'CREATE TABLE AS']);
    expect(await names({ user: 'loader' })).toEqual(['CREATE TABLE AS']);
    expect(await names({ dialect: 'trino', status: 'exact' })).toEqual(['SELECT', 'CREATE TABLE AS']);
    expect(await names({ until: '2026-02-01T00:00:00Z' })).toEqual([]);
    const first = (await cairn.ask(STATEMENTS, { f: { status: 'exact' } }, ada)).statements;
    expect(first.pageInfo.hasNextPage).toBe(true);
    const next = (
      await cairn.ask(STATEMENTS, { f: { status: 'exact' }, after: first.pageInfo.endCursor }, ada)
    ).statements;
    const ids = [...first.nodes, ...next.nodes].map((node: any) => node.id);
    expect(new Set(ids).size).toBe(4);
  });

  test('is counted by dialect and status', async () => {
    const text = await (await cairn.http('/metrics')).text();
    expect(text).toMatch(/cairn_sql_statements_total\{dialect="postgresql",status="partial"\} [1-9]/);
    expect(text).toContain('cairn_sql_analysis_duration_seconds_count{dialect="trino"}');
  });
});
