import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { OPERATION_NAMES } from '../src/gateway/s3/protocol/operation.js';
import { AccessCheck } from '../src/identity/access/access-check.js';
import { Matrix } from './matrix/matrix.js';
import { ROWS } from './matrix/rows/index.js';
import { startWorlds, type Worlds } from './matrix/worlds.js';

let worlds: Worlds;
let matrix: Matrix;

beforeAll(async () => {
  worlds = await startWorlds();
  matrix = await Matrix.of(worlds);
}, 180_000);
afterAll(async () => {
  if (process.env['MATRIX_SHOW'] !== undefined) process.stdout.write(`${matrix?.tally.table()}\n`);
  await worlds?.stop();
});

const rows = Object.values(ROWS).flat();
const schema = buildSchema(readFileSync('schema.gql', 'utf8'));

/** The first leaks, told so that they can be found. */
function told(from: number): string {
  const { leaks } = matrix.tally;
  const doors = new Map<string, string[]>();
  for (const { door, principal, what } of leaks.slice(from))
    doors.set(`${door}: ${what}`.slice(0, 300), [
      ...(doors.get(`${door}: ${what}`.slice(0, 300)) ?? []),
      principal,
    ]);
  const list = [...doors].map(([what, who]) => `${what} [${[...new Set(who)].join(', ')}]`).join('\n');
  const first = leaks
    .slice(from, from + 40)
    .map(
      (leak) =>
        `\n${leak.principal} at ${leak.door} ${leak.what}\n  ${leak.question}\nA ${leak.a}\nB ${leak.b}`,
    );
  return leaks.length === from
    ? ''
    : `${list}\n${process.env['MATRIX_SHOW'] === undefined ? first.slice(0, 3).join('\n') : first.join('\n')}`;
}

test('every door has a row', () => {
  const doors = [
    ...worlds.a.cairn.app
      .get(AccessCheck)
      .doors()
      .map(({ name }) => name),
    ...OPERATION_NAMES.map((name) => `s3 ${name}`),
  ];
  const known = new Set(rows.map(({ door }) => door));
  const missing = doors.filter((door) => !known.has(door));
  const gone = [...known].filter((door) => !doors.includes(door));
  expect({ 'add a row to test/matrix/rows for': missing, 'remove the rows of': gone }).toEqual({
    'add a row to test/matrix/rows for': [],
    'remove the rows of': [],
  });
});

test('every question in GraphQL is one that the schema answers', () => {
  const wrong = rows.flatMap((row) =>
    row.asks
      .map((of) => of(worlds.hidden))
      .filter(({ route }) => route === '/graphql')
      .flatMap(({ body }) => validate(schema, parse((JSON.parse(body!) as { query: string }).query)))
      .map(({ message }) => `${row.door}: ${message}`),
  );
  expect(wrong).toEqual([]);
});

// First, since the log of accesses is shown too: what is asked afterwards is asked at once, and comes in any order.
test('no field of the schema tells of it', async () => {
  const from = matrix.tally.leaks.length;
  await matrix.asSweepers(schema);
  expect(told(from)).toBe('');
}, 300_000);

test('who may not see a thing is told what there is without it', async () => {
  const from = matrix.tally.leaks.length;
  await matrix.asReaders();
  expect(told(from)).toBe('');
}, 300_000);

test('who may not see a thing cannot change it, and is told that it is not there', async () => {
  const from = matrix.tally.leaks.length;
  await matrix.asWriters();
  expect(told(from)).toBe('');
}, 120_000);

test('the administrator is shown all of it, at every door that shows anything', async () => {
  expect(await matrix.asAdministrator()).toEqual([]);
}, 60_000);
