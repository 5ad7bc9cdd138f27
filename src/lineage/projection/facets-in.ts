import type { AssetIdentity } from '../../catalog/index.js';
import type { EventDataset } from '../events/event.js';
import { type JsonObject, objectAt, objectsIn, textAt } from '../events/json.js';
import type { SameKind } from '../identity/components.js';
import { schemaColumnsIn } from './column-facts.js';
import { namePairIn } from './identity.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The inputs that an explicit facet gives an output, its own or an entry of the job's; undefined when none says. */
export function explicitInputs(
  output: EventDataset,
  entries: readonly JsonObject[],
): readonly unknown[] | undefined {
  const own = objectAt(objectAt(output.facets)['lineage']);
  const inputs = own['inputs'] ?? entryOf(output, entries)?.['inputs'];
  return Array.isArray(inputs) ? inputs : undefined;
}

/** The entry about a dataset in the `lineage` facet of a job. */
export function entryOf(
  { namespace, name }: Pick<EventDataset, 'namespace' | 'name'>,
  entries: readonly JsonObject[],
): JsonObject | undefined {
  return entries.find(
    (entry) => entry['type'] !== 'JOB' && entry['namespace'] === namespace && entry['name'] === name,
  );
}

/** Whether a `columnLineage` facet says anything. */
export function isColumnLineage(facet: unknown): boolean {
  const { fields, dataset } = objectAt(facet);
  return Object.keys(objectAt(fields)).length + objectsIn(dataset).length > 0;
}

/**
 * Whether a `columnLineage` names columns and nothing that goes into any of them. Trino lists so what an UPDATE or MERGE writes to, in the
 * place of the whole schema too.
 */
export function isWithoutSources(facet: unknown): boolean {
  const fields = Object.values(objectAt(objectAt(facet)['fields']));
  return fields.length > 0 && fields.every((field) => objectsIn(objectAt(field)['inputFields']).length === 0);
}

/**
 * Targets of a dataset's `columnLineage` that are likely none of its columns: OpenLineage's own SQL parser, which Airflow and dbt use,
 * calls expressions without a name `_0`, `_1` …, also where an INSERT says which columns they go to. Those that its schema has are columns.
 */
export function placeholdersIn(facets: JsonObject): ReadonlySet<string> {
  const targets = Object.keys(objectAt(objectAt(facets['columnLineage'])['fields']));
  const placeholders = targets.filter((target) => PLACEHOLDER.test(target));
  if (placeholders.length === 0) return NONE;
  const named = new Set(objectsIn(objectAt(facets['schema'])['fields']).map(({ name }) => name));
  return new Set(placeholders.filter((target) => !named.has(target)));
}

/**
 * Targets of a dataset's `columnLineage` that are none of its columns for certain, as its schema is told: placeholders, and of a job with
 * SQL all that the whole schema has not. Of those the parser says what the query calls them.
 */
export function deniedTargetsIn(facets: JsonObject, job: JsonObject): ReadonlySet<string> {
  if (objectsIn(objectAt(facets['schema'])['fields']).length === 0) return NONE;
  const columns = isOfSql(job) ? wholeSchemaIn(facets, isOfDbt(job)) : undefined;
  if (columns === undefined) return placeholdersIn(facets);
  const known = new Set(columns.map((name) => name.toLowerCase()));
  const isKnown = (target: string) =>
    [target, target.split('.', 1)[0]!].some((name) => known.has(name.toLowerCase()));
  const targets = Object.keys(objectAt(objectAt(facets['columnLineage'])['fields']));
  return new Set([...placeholdersIn(facets), ...targets.filter((target) => !isKnown(target))]);
}

function isOfSql(job: JsonObject): boolean {
  return textAt(objectAt(job['sql'])['query']) !== undefined;
}

/** @param job facets of the job */
export function isOfDbt(job: JsonObject): boolean {
  return textAt(objectAt(job['jobType'])['integration'])?.toUpperCase() === 'DBT';
}

/**
 * All columns of a table in order, where they are all there. dbt names those that somebody has described; engines list the columns that a
 * query read, without types, in the place of a schema.
 */
export function wholeSchemaIn({ schema }: JsonObject, isDbt: boolean): string[] | undefined {
  if (isDbt) return undefined;
  const columns = schemaColumnsIn({ fields: objectsIn(objectAt(schema)['fields']).map(withoutFields) });
  return columns.some(({ type }) => type !== null) ? columns.map(({ name }) => name) : undefined;
}

function withoutFields({ fields: _fields, ...field }: JsonObject): JsonObject {
  return field;
}

const PLACEHOLDER = /^_\d+$/;
const NONE: ReadonlySet<string> = new Set();

export function isEmpty(inputs: unknown): boolean {
  return Array.isArray(inputs) && inputs.length === 0;
}

export function isDrop(facet: unknown): boolean {
  return textAt(objectAt(facet)['lifecycleStateChange'])?.toUpperCase() === 'DROP';
}

/** Names that a dataset's facets say to be of it too: other names of the same, and the one that it had before. */
export function otherNamesIn(facets: JsonObject): { kind: SameKind; namespace: string; name: string }[] {
  const symlinks = objectsIn(objectAt(facets['symlinks'])['identifiers'])
    .slice(0, MAX_SYMLINKS)
    .flatMap((identifier) => {
      const pair = namePairIn(identifier);
      const kind: SameKind = textAt(identifier['type'])?.toUpperCase() === 'TABLE' ? 'table' : 'symlink';
      return pair === undefined ? [] : [{ kind, ...pair }];
    });
  const change = objectAt(facets['lifecycleStateChange']);
  const isRename = textAt(change['lifecycleStateChange'])?.toUpperCase() === 'RENAME';
  const previous = isRename ? namePairIn(change['previousIdentifier']) : undefined;
  return previous === undefined ? symlinks : [...symlinks, { kind: 'rename', ...previous }];
}

/**
 * Whether a symlink of a topic says no more than what one job calls it. A topic has one name on its servers, so that another one there is of
 * something else: the table of a Flink session, `default_catalog.default_database.orders`, which is another topic in the next job.
 */
export function isSessionName({ namespace }: { namespace: string }, topic: AssetIdentity): boolean {
  return namespace === topic.identityNamespace && TOPICS.test(namespace);
}

const TOPICS = /^kafka:/i;
const MAX_SYMLINKS = 50;

export function isDeleted(facet: unknown): boolean {
  return objectAt(facet)['_deleted'] === true;
}

export function isDataset(input: JsonObject): boolean {
  return input['type'] === undefined || input['type'] === 'DATASET';
}

export function uuidAt(value: unknown): string | undefined {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined;
}
