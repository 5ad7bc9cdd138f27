import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  buildSchema,
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { startTestCairn, type TestCairn } from './support/cairn.js';

const schema = buildSchema(readFileSync('schema.gql', 'utf8'));
const UUID = 'c0ffee00-0000-4000-8000-000000000000';
const ODD = {
  NUL: 'a\0b',
  'half a character': 'a\ud83d',
  nothing: '',
  'very long': 'x'.repeat(20_000),
  'a large number': '9'.repeat(30),
  quotes: `a'b"c\\%_`,
  'an id': UUID,
};
/** What there is in the service, by the names of arguments. */
const THERE: Readonly<Record<string, string>> = {
  ...{ repository: 'plain', branch: 'main', target: 'main', source: 'main', revision: 'main', base: 'main' },
  ...{
    from: 'main',
    to: 'main',
    path: 'a.csv',
    name: 'plain',
    subject: 'user:plain',
    id: UUID,
    assetId: UUID,
  },
};

let cairn: TestCairn;
beforeAll(async () => {
  cairn = await startTestCairn();
  await cairn.tokenFor('user:plain');
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    i: { name: 'plain', namespace: 'plain', kind: 'dataset' },
  });
}, 60_000);
afterAll(() => cairn.stop());

/** An argument or a field of an input. */
type Given = GraphQLArgument | GraphQLInputField;
const isRequired = ({ type, defaultValue }: Given) => isNonNullType(type) && defaultValue === undefined;

/** Where texts can be given: the ways through inputs to them. */
function* places(given: Given, before: readonly Given[] = []): Generator<readonly Given[]> {
  const type = getNamedType(given.type);
  const way = [...before, given];
  if (isInputObjectType(type)) {
    if (way.length < 4) for (const field of Object.values(type.getFields())) yield* places(field, way);
  } else if (!isEnumType(type) && !['Int', 'Float', 'Boolean'].includes(type.name)) yield way;
}

/** A value with the odd text at the end of the way, and only what is required beside it. */
function valueOf(given: Given, way: readonly Given[], odd: string): unknown {
  const isOnWay = way[0] === given;
  const build = (type: GraphQLInputType): unknown => {
    if (isNonNullType(type)) return build(type.ofType);
    if (isListType(type)) return [build(type.ofType)];
    if (isEnumType(type)) return type.getValues()[0]!.name;
    if (isInputObjectType(type)) {
      const rest = isOnWay ? way.slice(1) : [];
      const fields = Object.values(type.getFields()).filter(
        (field) => field === rest[0] || isRequired(field),
      );
      return Object.fromEntries(fields.map((field) => [field.name, valueOf(field, rest, odd)]));
    }
    const numbers: Readonly<Record<string, unknown>> = { Int: 1, Float: 1, Boolean: true };
    if (type.name in numbers) return numbers[type.name];
    return isOnWay ? odd : type.name === 'DateTime' ? '2026-01-01T00:00:00Z' : (THERE[given.name] ?? 'plain');
  };
  return build(given.type);
}

async function failureOf(
  kind: string,
  field: GraphQLField<unknown, unknown>,
  way: readonly Given[],
  odd: string,
) {
  const args = field.args.filter((arg) => arg === way[0] || isRequired(arg));
  const variables = Object.fromEntries(args.map((arg) => [arg.name, valueOf(arg, way, odd)]));
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : '';
  const answer = await cairn.graphql(
    `${kind}(${declared}) { ${field.name}(${passed}) ${selection} }`,
    variables,
  );
  return answer.errors?.find(({ extensions }) => extensions['code'] === 'INTERNAL_SERVER_ERROR');
}

test.each(['query', 'mutation'] as const)(
  'no odd text in an argument of a %s makes the service fail',
  async (kind) => {
    const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    const failed: string[] = [];
    let asked = 0;
    for (const field of Object.values(type!.getFields()))
      for (const way of field.args.flatMap((arg) => [...places(arg)]))
        for (const [what, odd] of Object.entries(ODD)) {
          asked += 1;
          if (await failureOf(kind, field, way, odd))
            failed.push(`${field.name}: ${way.map(({ name }) => name).join('.')}: ${what}`);
        }
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(500);
  },
  180_000,
);
