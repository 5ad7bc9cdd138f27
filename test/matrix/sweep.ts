import {
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import { gql, type Question, s } from './rows/row.js';
import type { Things } from './things.js';

/** What a query, or a field with arguments that it needs, is asked with. Of queries those first that lead to much. */
const ARGUMENTS: Readonly<Record<string, (t: Things) => string>> = {
  'Query.asset': (t) => `id: ${s(t.id('clean'))}`,
  'Query.repository': (t) => `name: ${s(t.word('dataset'))}`,
  'Query.registeredModel': (t) => `name: ${s(t.word('model'))}`,
  'Query.modelVersion': (t) => `model: ${s(t.word('model'))}, number: 1`,
  'Query.endpoint': (t) => `name: ${s(t.word('endpoint'))}`,
  'Query.trainingRun': (t) => `id: ${s(t.id('trainingRun'))}`,
  'Query.lineageRun': (t) => `id: ${s(t.run('first'))}`,
  'Query.statement': (t) => `id: ${s(t.id('statement'))}`,
  'Query.operation': (t) => `id: ${s(t.id('operation'))}`,
  'Query.assetByName': (t) =>
    `kind: dataset, identityNamespace: ${s(t.space)}, identityName: ${s(t.word('clean'))}`,
  'Query.search': (t) => `query: ${s(t.word(''))}`,
  'Query.explainAccess': (t) => `action: "read", assetId: ${s(t.id('dataset'))}`,
  'Query.catalogConnection': (t) => `name: ${s(t.word('connection'))}`,
  'Query.previewIdentityRule': (t) =>
    `input: { kind: same, from: { namespace: ${s(t.space)}, name: "x" }, to: { namespace: ${s(t.space)}, name: "y" } }`,
  'Query.previewIdentityRuleRemoval': () => 'id: "1"',
  'Query.explainDecision': (t) =>
    `input: { subject: "user:none", action: "read", assetId: ${s(t.id('dataset'))} }`,
  'Query.policyFiles': () => `version: "${'0'.repeat(64)}"`,
  'Query.checkPolicy': () => 'files: [{ path: "model.conf", text: "x" }]',
  'Query.diffPolicy': () => 'files: [{ path: "model.conf", text: "x" }]',
  'Query.simulatePolicy': () => 'input: { files: [{ path: "model.conf", text: "x" }] }',
  'Query.auditProof': () => 'id: "x:1"',
  'Asset.classificationPaths': (t) => `tag: ${s(t.tags.at(-1)!)}`,
  'Asset.lineageDiff': () => 'from: "2000-01-01T00:00:00Z"',
  'Asset.lineageGroups': () => 'groupBy: namespace',
  'Asset.paths': (t) => `to: ${s(t.id('raw'))}`,
  'Repository.commit': () => 'revision: "main"',
  'Repository.diff': () => 'from: "main~1", to: "main"',
  'Repository.entries': () => 'revision: "main"',
  'Repository.entry': (t) => `revision: "main", path: ${s(`${t.inner('folder')}/${t.inner('file')}.csv`)}`,
  'Repository.reflog': () => 'name: "main"',
};

/** Asked by a row: that says who may see what is hidden elsewhere, or asks less, since each installation has a key of its own. */
const BY_ROW: ReadonlySet<string> = new Set(['importSources', 'auditKey']);

/** The fields of a type, asked together, and each alone for whom they are not all shown to. */
export interface Swept {
  readonly together: Question;
  readonly alone: readonly Question[];
}

/** A field needs arguments that nobody knows. */
export class UnknownArgumentsError extends Error {
  constructor(field: string) {
    super(`${field} needs arguments: say in ARGUMENTS of test/matrix/sweep.ts which the matrix asks it with`);
  }
}

/** Every field of every type that a query leads to, each asked once on the shortest way to it. */
export function sweep(schema: GraphQLSchema, things: Things): Swept[] {
  const found: Swept[] = [];
  const seen = new Set<string>(['Query']);
  const queue: { type: GraphQLObjectType; path: readonly string[] }[] = [];
  const query = schema.getQueryType()!;
  const order = Object.keys(ARGUMENTS);
  const roots = Object.values(query.getFields())
    .filter(({ name }) => !BY_ROW.has(name))
    .sort((a, b) => rank(order, a.name) - rank(order, b.name));
  const reach = (field: GraphQLField<unknown, unknown>, parent: string, path: readonly string[]): string => {
    const called = call(field, parent, things);
    for (const type of objectsOf(getNamedType(field.type), schema))
      if (!seen.has(type.name)) {
        seen.add(type.name);
        queue.push({ type, path: [...path, called] });
      }
    return `${called} ${leavesOf(getNamedType(field.type), schema)}`;
  };
  for (const root of roots) found.push({ together: gql(`{ ${reach(root, 'Query', [])} }`), alone: [] });
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { type, path } = next;
    const asked = Object.values(type.getFields())
      .filter((field) => !isLeafType(getNamedType(field.type)))
      .map((field) => at(path, reach(field, type.name, path)));
    const leaves = Object.values(type.getFields()).filter((field) => isLeafType(getNamedType(field.type)));
    const single = [...asked, ...leaves.map((field) => at(path, call(field, type.name, things)))];
    if (asked.length > 0)
      found.push({
        together: gql(merged(path, type, schema, things)),
        alone: single.map((text) => gql(text)),
      });
  }
  return found;
}

const rank = (order: readonly string[], name: string): number => {
  const place = order.indexOf(`Query.${name}`);
  return place === -1 ? order.length : place;
};

const at = (path: readonly string[], selection: string): string =>
  path.reduceRight((inner, step) => `{ ${step} ${inner} }`, `{ ${selection} }`);

function merged(
  path: readonly string[],
  type: GraphQLObjectType,
  schema: GraphQLSchema,
  things: Things,
): string {
  const fields = Object.values(type.getFields()).map(
    (field) => `${call(field, type.name, things)} ${leavesOf(getNamedType(field.type), schema)}`,
  );
  return at(path, fields.join(' '));
}

function call(field: GraphQLField<unknown, unknown>, parent: string, things: Things): string {
  const name = `${parent}.${field.name}`;
  const given = ARGUMENTS[name]?.(things);
  if (given === undefined && field.args.some(isRequiredArgument)) throw new UnknownArgumentsError(name);
  return given === undefined ? field.name : `${field.name}(${given})`;
}

function objectsOf(type: GraphQLNamedType, schema: GraphQLSchema): readonly GraphQLObjectType[] {
  if (isObjectType(type)) return [type];
  return isUnionType(type) ? schema.getPossibleTypes(type) : [];
}

function leavesOf(type: GraphQLNamedType, schema: GraphQLSchema): string {
  if (isLeafType(type)) return '';
  const parts = objectsOf(type, schema).map((object) => {
    const names = Object.values(object.getFields())
      .filter((field) => isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument))
      .map(({ name }) => name);
    return `... on ${object.name} { __typename ${names.join(' ')} }`;
  });
  return `{ ${parts.join(' ')} }`;
}
