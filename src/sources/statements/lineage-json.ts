import type { AnalyzedStatement, Status } from './analysis.js';
import type { ColumnLineage } from './lineage/analyze.js';
import type { Source } from './lineage/sources.js';
import type { Lifecycle, Problem, ProblemCode } from './model/statement.js';
import { type DatasetName, datasetNameOf } from './statement-event.js';

/** A problem as clients see it. */
export interface ToldProblem {
  readonly code: ProblemCode;
  readonly subject: string;
  readonly message: string;
  /** From 1; absent where the place is not known. */
  readonly line?: number;
  readonly column?: number;
}

/** A column that something follows from, under its OpenLineage name. */
export type ToldSource = DatasetName & Pick<Source, 'type' | 'subtype'> & { field: string; masking: boolean };

interface ToldColumns {
  readonly columns: readonly { readonly name: string; readonly inputFields: readonly ToldSource[] }[];
  /** What decides over the rows. */
  readonly influence: readonly ToldSource[];
}

/** All that is known of a statement, as JSON. */
export interface ToldStatement {
  readonly status: Status;
  readonly verb?: string;
  readonly text: string;
  readonly fingerprint: string;
  readonly problems: readonly ToldProblem[];
  readonly inputs: readonly DatasetName[];
  readonly outputs: readonly (DatasetName &
    ToldColumns & { lifecycle?: Lifecycle; previous?: DatasetName })[];
  /** What a query gives to whoever asked. */
  readonly result?: ToldColumns;
}

/** @param text the whole text that the statement is a part of */
export function toldStatement(
  text: string,
  source: string | undefined,
  { status, verb, start, end, fingerprint, problems, lineage }: AnalyzedStatement,
): ToldStatement {
  const named = (name: string) => datasetNameOf(source, name, lineage.files);
  const told = ({ table, column, type, subtype, isMasking }: Source): ToldSource => ({
    ...named(table),
    ...{ field: column, type, subtype, masking: isMasking },
  });
  const columns = ({
    columns: all,
    influence,
  }: {
    columns: readonly ColumnLineage[];
    influence: readonly Source[];
  }): ToldColumns => ({
    columns: all.map(({ name, sources }) => ({ name, inputFields: sources.map(told) })),
    influence: influence.map(told),
  });
  return {
    status,
    ...(verb === undefined ? {} : { verb }),
    text: text.slice(start, end).trim(),
    fingerprint,
    problems: toldProblems(text, problems),
    inputs: lineage.inputs.map(named),
    outputs: lineage.outputs.map((output) => ({
      ...named(output.table),
      ...(output.lifecycle === undefined ? {} : { lifecycle: output.lifecycle }),
      ...(output.previousName === undefined ? {} : { previous: named(output.previousName) }),
      ...columns(output),
    })),
    ...(lineage.result === undefined ? {} : { result: columns(lineage.result) }),
  };
}

/** With line and column instead of an offset. */
export function toldProblems(text: string, problems: readonly Problem[]): ToldProblem[] {
  return problems.map(({ code, subject, message, at }) => ({
    ...{ code, subject, message },
    ...(at < 0 ? {} : placeOf(text, at)),
  }));
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: at - lineStart + 1 };
}
