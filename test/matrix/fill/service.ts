import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import type { Things } from '../things.js';
import { rowsOf, type World } from '../worlds.js';

/** What only administrators may see: principals, tokens, keys, rules of names, a source of tables, what could not be delivered. */
export async function fillService(world: World, hidden: Things): Promise<void> {
  const { cairn } = world;
  const name = hidden.word('person');
  await cairn.ask('mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }', {
    i: { kind: 'user', name: hidden.word('spare') },
  });
  await cairn.ask('mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }', {
    i: { kind: 'user', name, displayName: hidden.word('called'), attributes: { team: hidden.word('team') } },
  });
  const { issueToken } = await cairn.ask(
    'mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret token { id } } }',
    { i: { subject: `user:${name}`, label: hidden.word('token') } },
  );
  hidden.keep('token', issueToken.token.id);
  const { createAccessKey } = await cairn.ask(
    'mutation($i: CreateAccessKeyInput!) { createAccessKey(input: $i) { accessKey { id } } }',
    { i: { label: hidden.word('key') } },
    issueToken.secret,
  );
  hidden.keep('accessKey', createAccessKey.accessKey.id);
  const { addIdentityRule } = await cairn.ask(
    'mutation($i: IdentityRuleInput!, $r: String!) { addIdentityRule(input: $i, reason: $r) { rule { id } } }',
    {
      i: {
        kind: 'same',
        from: { namespace: hidden.space, name: hidden.word('onename') },
        to: { namespace: hidden.space, name: hidden.word('othername') },
      },
      r: hidden.word('because'),
    },
  );
  hidden.keep('rule', addIdentityRule.rule.id);
  await rowsOf(
    world,
    `INSERT INTO outbox_message (topic, ordering_key, payload, attempts, last_error, dead_at)
     VALUES ('asset.changed', $1, jsonb_build_object('text', $1::text), 9, $1, now())`,
    [hidden.word('letter')],
  );
  await connect(world, hidden);
  await askForAccess(world, hidden);
}

/** Somebody asks for what is hidden, and declares an emergency there; and a tag is to be taken off on the way. */
async function askForAccess({ cairn }: World, hidden: Things): Promise<void> {
  const token = await cairn.tokenFor('user:petitioner');
  const i = { assetId: hidden.id('dataset'), reason: hidden.word('need') };
  const { requestAccess } = await cairn.ask(
    'mutation($i: RequestAccessInput!) { requestAccess(input: $i) { id } }',
    { i: { ...i, actions: ['write'], until: new Date(Date.now() + 86_400_000).toISOString() } },
    token,
  );
  hidden.keep('accessRequest', requestAccess.id);
  const { breakGlass } = await cairn.ask(
    'mutation($i: BreakGlassInput!) { breakGlass(input: $i) { id } }',
    { i: { ...i, actions: ['write'], minutes: 240 } },
    token,
  );
  hidden.keep('emergency', breakGlass.id);
  const { requestDeclassifier } = await cairn.ask(
    'mutation($a: ID!, $r: String!) { requestDeclassifier(assetId: $a, kind: column, column: "x", tag: "plain", reason: $r) { id } }',
    { a: hidden.id('dataset'), r: hidden.word('declassify') },
  );
  hidden.keep('declassifier', requestDeclassifier.id);
}

/** Looks once at a database with one table. */
async function connect(world: World, hidden: Things): Promise<void> {
  const database = await createTestDatabase();
  try {
    const url = new URL(database.url);
    const folder = path.join(world.folder, hidden.word('login'));
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'username'), decodeURIComponent(url.username));
    writeFileSync(path.join(folder, 'password'), decodeURIComponent(url.password));
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('DROP SCHEMA public CASCADE');
    await client.query(
      `CREATE SCHEMA shop; CREATE TABLE shop.${hidden.word('table')} (${hidden.word('field')} text)`,
    );
    await client.end();
    const settings = {
      host: url.hostname,
      port: Number(url.port),
      database: url.pathname.slice(1),
      tls: false,
    };
    const i = {
      name: hidden.word('connection'),
      type: 'postgres',
      credentials: hidden.word('login'),
      settings,
    };
    await world.cairn.ask(
      'mutation($i: CreateCatalogConnectionInput!) { createCatalogConnection(input: $i) { name } }',
      { i: { ...i, intervalSeconds: 604_800 } },
    );
    await eventually(
      async () =>
        (
          await world.cairn.ask(
            'query($n: String!) { catalogConnection(name: $n) { succeededAt problem } }',
            {
              n: i.name,
            },
          )
        ).catalogConnection,
      ({ succeededAt, problem }) => {
        if (problem !== null) throw new Error(problem);
        return succeededAt !== null;
      },
    );
    const [table] = await eventually(
      () => rowsOf(world, 'SELECT id FROM asset WHERE identity_name LIKE $1', [`%${hidden.word('table')}`]),
      (rows) => rows.length > 0,
    );
    hidden.keep('table', table.id);
  } finally {
    await database.drop();
  }
}
