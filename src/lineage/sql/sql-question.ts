import type { EventBody, EventDataset } from '../events/event.js';
import { type JsonObject, objectAt, objectsIn, textAt } from '../events/json.js';
import { CompiledRules } from '../identity/rules/compiled-rules.js';
import {
  entryOf,
  isColumnLineage,
  isOfDbt,
  isWithoutSources,
  placeholdersIn,
  wholeSchemaIn,
} from '../projection/facets-in.js';
import { namespaceOf } from '../projection/identity.js';
import type { SqlDialect, SqlQuestion, SqlTable } from './sql-reader.js';

/** A dataset under the name that its event gives it. */
export interface DatasetName {
  readonly namespace: string;
  readonly name: string;
}

/** What to ask of an event's statement, and which of the event's datasets are meant by the names in it. */
export interface AskedStatement {
  readonly question: SqlQuestion;
  readonly datasets: ReadonlyMap<string, DatasetName>;
  /** Outputs whose columns the event tells, but not by their names, or not apart from those of others. */
  readonly told: ReadonlySet<string>;
}

const DIALECTS: Readonly<Record<string, SqlDialect>> = {
  postgres: 'postgresql',
  postgresql: 'postgresql',
  trino: 'trino',
  presto: 'trino',
  ...Object.fromEntries(
    [
      ...['bigquery', 'databricks', 'duckdb', 'mariadb', 'mssql', 'mysql', 'redshift', 'snowflake'],
      ...['sqlserver', 'tsql'],
    ].map((name) => [name, 'common' as const]),
  ),
};

/** The names of an event are compared as the rules that come with Cairn spell them: those of an installation change later. */
const RULES = new CompiledRules([]);

/**
 * What an event's `sql` facet may tell of its outputs: of those that no facet tells the columns of. All of them on one server, as a
 * statement is run by one. Pure.
 * @returns undefined where there is nothing to ask, which is cheap to find out
 */
export function questionOf({ job, inputs = [], outputs = [] }: EventBody): AskedStatement | undefined {
  const facets = objectAt(job?.facets);
  const query = textAt(objectAt(facets['sql'])['query']);
  const isBetweenDatasets = outputs.length > 0 && inputs.length + outputs.length > 1;
  if (query === undefined || !isBetweenDatasets) return undefined;
  const entries = objectsIn(objectAt(facets['lineage'])['entries']);
  const isDbt = isOfDbt(facets);
  const isShared = sharedColumnsAmong(outputs);
  const untold = outputs.filter((output) => isUntold(output, entries, isDbt, isShared));
  const dialect = dialectOf(facets, untold);
  if (dialect === undefined) return undefined;
  const asked = untold.map((dataset) => tableOf(dataset, dialect, isDbt));
  const [server, ...others] = new Set(asked.map(({ namespace }) => namespace));
  if (server === undefined || others.length > 0) return undefined;
  const read = inputs
    .map((dataset) => tableOf(dataset, dialect, isDbt))
    .filter(({ namespace }) => namespace === server);
  return {
    question: {
      ...{ dialect, query, inputs: read.map(({ table }) => table), outputs: asked.map(({ table }) => table) },
      // The facet of dbt's models is the query that they are made of.
      isResultWritten: isDbt && outputs.length === 1,
    },
    datasets: new Map([...read, ...asked].map(({ table, dataset }) => [table.name, dataset])),
    told: new Set(asked.flatMap(({ table, isTold }) => (isTold ? [table.name] : []))),
  };
}

function isUntold(
  { namespace, name, facets: unchecked }: EventDataset,
  entries: readonly JsonObject[],
  isDbt: boolean,
  isShared: (columnLineage: unknown) => boolean,
): boolean {
  const facets = objectAt(unchecked);
  const { lineage, columnLineage } = facets;
  if (lineage !== undefined || entryOf({ namespace, name }, entries) !== undefined) return false;
  if (!isColumnLineage(columnLineage) || isWithoutSources(columnLineage)) return true;
  return isShared(columnLineage) || namesOthers(facets, isDbt);
}

/**
 * Whether a `columnLineage` is that of several outputs: OpenLineage's own SQL parser gives each output of a text what the whole text does
 * to columns, be they its or another's.
 */
function sharedColumnsAmong(outputs: readonly EventDataset[]): (columnLineage: unknown) => boolean {
  if (outputs.length < 2) return () => false;
  const fieldsOf = (columnLineage: unknown) => JSON.stringify(objectAt(columnLineage)['fields']);
  const counts = new Map<string, number>();
  for (const { facets } of outputs) {
    const { columnLineage } = objectAt(facets);
    if (!isColumnLineage(columnLineage)) continue;
    const fields = fieldsOf(columnLineage);
    counts.set(fields, (counts.get(fields) ?? 0) + 1);
  }
  return (columnLineage) => (counts.get(fieldsOf(columnLineage)) ?? 0) > 1;
}

/** Whether what is told of columns is of none that the output has: of names that a query gave them, and not the table. */
function namesOthers(facets: JsonObject, isDbt: boolean): boolean {
  if (placeholdersIn(facets).size > 0) return true;
  const columns = wholeSchemaIn(facets, isDbt);
  if (columns === undefined) return false;
  const known = new Set(columns.map((name) => name.toLowerCase()));
  const targets = Object.keys(objectAt(objectAt(facets['columnLineage'])['fields']));
  return targets.some((target) => !known.has(target.toLowerCase()));
}

/** As the facet says it, else as the server is of which the outputs are. */
function dialectOf(facets: JsonObject, outputs: readonly EventDataset[]): SqlDialect | undefined {
  const told = textAt(objectAt(facets['sql'])['dialect']);
  if (told !== undefined) return DIALECTS[told.toLowerCase()];
  const schemes = new Set(outputs.map(({ namespace }) => namespace.split('://', 1)[0]!.toLowerCase()));
  const [scheme] = schemes;
  return schemes.size === 1 ? DIALECTS[scheme!] : undefined;
}

function tableOf(
  dataset: EventDataset,
  dialect: SqlDialect,
  isDbt: boolean,
): { namespace: string; table: SqlTable; dataset: DatasetName; isTold: boolean } {
  const { identity } = RULES.spell({
    space: 'data',
    identityNamespace: namespaceOf(dataset.namespace),
    identityName: dataset.name,
  });
  const folded = (name: string) => (dialect === 'trino' ? name.toLowerCase() : name);
  const facets = objectAt(dataset.facets);
  const isOfWritten = isWithoutSources(facets['columnLineage']) && !namesOthers(facets, isDbt);
  const columns = isOfWritten ? undefined : wholeSchemaIn(facets, isDbt);
  return {
    namespace: identity.identityNamespace,
    table: {
      name: folded(identity.identityName),
      ...(columns === undefined ? {} : { columns: columns.map(folded) }),
    },
    dataset: { namespace: dataset.namespace, name: dataset.name },
    isTold: isColumnLineage(facets['columnLineage']),
  };
}
