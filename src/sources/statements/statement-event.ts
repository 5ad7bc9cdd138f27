import { type InputField, type OutputDatasetDraft, runEvent, type RunEvent } from '@cairn/openlineage-client';
import type { AnalyzedStatement } from './analysis.js';
import type { OutputLineage } from './lineage/analyze.js';
import type { Source } from './lineage/sources.js';
import type { StatementRequest } from './request.js';

/** Who makes the events of this room. */
export const PRODUCER = 'urn:cairn:statements';

/** Schema of the facet that only this room writes. A name for it, not an address. */
const STATEMENT_FACET = 'urn:cairn:facet:sql-statement:1-0-0';

/** Where files stand that a statement reads or writes. Source: OpenLineage naming of the local file system. */
const FILES = 'file';

/** A dataset by its OpenLineage name. */
export interface DatasetName {
  readonly namespace: string;
  readonly name: string;
}

/** What lineage is told of a statement beside what the request says. */
export interface StatementRun {
  readonly runId: string;
  readonly eventTime: Date;
  readonly job: DatasetName;
  /** Without secrets. */
  readonly text: string;
}

/** The OpenLineage name of a dataset of a statement. */
export function datasetNameOf(
  source: string | undefined,
  name: string,
  files: ReadonlySet<string>,
): DatasetName {
  return files.has(name) ? { namespace: FILES, name } : { namespace: source ?? '', name };
}

/** The run of a statement that has ended. */
export function eventOfStatement(
  request: StatementRequest,
  { lineage, status, problems, verb }: AnalyzedStatement,
  { runId, eventTime, job, text }: StatementRun,
): RunEvent {
  const { source, dialect, user, queryId, parent, engineVersion } = request;
  const named = (name: string) => datasetNameOf(source, name, lineage.files);
  return runEvent({
    ...{ eventType: 'COMPLETE', producer: PRODUCER, eventTime },
    run: {
      runId,
      facets: {
        parent,
        processing_engine:
          engineVersion === undefined ? undefined : { name: dialect, version: engineVersion },
        cairn_statement: {
          _schemaURL: STATEMENT_FACET,
          ...{ dialect, status, verb, user, queryId, problems: problems.map(({ code }) => code) },
        },
      },
    },
    job: {
      ...job,
      facets: {
        jobType: { processingType: 'BATCH', integration: dialect.toUpperCase(), jobType: 'QUERY' },
        sql: { query: text, dialect },
      },
    },
    inputs: lineage.inputs.map(named),
    outputs: lineage.outputs.map((output) => outputOf(output, named)),
  });
}

function outputOf(output: OutputLineage, named: (name: string) => DatasetName): OutputDatasetDraft {
  const { table, lifecycle, previousName, schema } = output;
  const previous = previousName === undefined ? undefined : named(previousName);
  return {
    ...named(table),
    facets: {
      columnLineage: columnLineageOf(output, named),
      schema: schemaOf(schema),
      lifecycleStateChange:
        lifecycle === undefined
          ? undefined
          : { lifecycleStateChange: lifecycle, previousIdentifier: previous },
    },
  };
}

function columnLineageOf({ columns, influence }: OutputLineage, named: (name: string) => DatasetName) {
  if (columns.length === 0 && influence.length === 0) return undefined;
  const fields = columns.map(
    ({ name, sources }) => [name, { inputFields: fieldsOf(sources, named) }] as const,
  );
  return { fields: Object.fromEntries(fields), dataset: fieldsOf(influence, named) };
}

/** A schema that is no longer known takes the one that was known back. */
function schemaOf(schema: OutputLineage['schema']) {
  if (schema === undefined) return undefined;
  return schema === null ? { _deleted: true } : { fields: schema.map(({ name, type }) => ({ name, type })) };
}

/** One field for each column, with all the ways in which it comes in. */
function fieldsOf(sources: readonly Source[], named: (name: string) => DatasetName): InputField[] {
  const fields = new Map<string, InputField & Required<Pick<InputField, 'transformations'>>>();
  for (const { table, column, type, subtype, isMasking } of sources) {
    const key = JSON.stringify([table, column]);
    const field = fields.get(key) ?? { ...named(table), field: column, transformations: [] };
    field.transformations.push({ type, subtype, description: '', masking: isMasking });
    fields.set(key, field);
  }
  return [...fields.values()];
}
