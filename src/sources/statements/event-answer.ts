import type { SqlAnswer, SqlColumn, SqlOutput, SqlQuestion } from '../../lineage/index.js';
import type { AnalyzedStatement } from './analysis.js';
import type { OutputLineage } from './lineage/analyze.js';
import type { TableOf } from './lineage/script.js';
import type { Source } from './lineage/sources.js';
import { HIDING } from './model/problems.js';

/** Of one event. */
const MAX_PROBLEMS = 5;
const MAX_COLUMNS = 20_000;

/** Stands, as a column of an output, for its rows. */
const ALL_COLUMNS = '*';

/**
 * A name stands for the dataset of the event whose name ends with it. Where several do, or none, it stands for none: what a search path
 * is elsewhere is not asked.
 */
export function tableOfQuestion({ inputs, outputs }: SqlQuestion): TableOf {
  const byLastPart = new Map<string, Set<string>>();
  for (const { name } of [...inputs, ...outputs]) {
    const last = lastPartOf(name);
    byLastPart.set(last, (byLastPart.get(last) ?? new Set()).add(name));
  }
  return (parts) => {
    const end = parts.join('.');
    const [only, ...others] = [...(byLastPart.get(lastPartOf(end)) ?? [])].filter(
      (name) => name === end || name.endsWith(`.${end}`),
    );
    return others.length === 0 ? only : undefined;
  };
}

function lastPartOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** What the statements of a text tell of an event's outputs. Pure. */
export function answerOf(question: SqlQuestion, analyzed: readonly AnalyzedStatement[]): SqlAnswer {
  const inputs = new Set(question.inputs.map(({ name }) => name));
  const outputs = new Map(question.outputs.map(({ name }): [string, SqlOutput[]] => [name, []]));
  const isRead = analyzed.every(({ status }) => status !== 'unparsed');
  for (const statement of analyzed) {
    const { lineage, problems } = statement;
    const isOpen = !isRead || problems.some(({ code }) => HIDING.has(code));
    for (const written of writtenBy(statement, question, analyzed.length === 1)) {
      const { table } = written;
      // That an UPDATE looks at its own table makes the table no input.
      const isNamed = (name: string) => inputs.has(name) || (outputs.has(name) && name !== table);
      const isWhole = !isOpen && lineage.inputs.every((name) => isNamed(name) || name === table);
      outputs.get(table)?.push({
        output: table,
        inputs: isWhole ? lineage.inputs.filter(isNamed) : null,
        columns: columnsOf(written, isNamed),
        isExact: isWhole && problems.length === 0,
      });
    }
  }
  const told = [...outputs.values()].flatMap((some) => joined(some));
  if (told.reduce((sum, { columns }) => sum + columns.length, 0) > MAX_COLUMNS)
    return { outputs: [], problems: [`it tells of more than ${MAX_COLUMNS} pairs of columns`] };
  const telling = analyzed.filter(
    ({ status, lineage }) => status === 'unparsed' || lineage.outputs.some(({ table }) => outputs.has(table)),
  );
  return {
    outputs: told,
    problems: problemsOf(question.query, telling),
  };
}

/** Tables that data goes to. What only makes, changes or removes them tells of no data. */
function writtenBy(
  { lineage: { outputs, result, inputs } }: AnalyzedStatement,
  { isResultWritten, outputs: [first, ...others] }: SqlQuestion,
  isOnly: boolean,
): OutputLineage[] {
  if (result !== undefined && isOnly && isResultWritten && first !== undefined && others.length === 0)
    return [{ ...result, table: first.name }];
  return outputs.filter(({ columns, influence }) => columns.length + influence.length + inputs.length > 0);
}

/** @param isNamed whether the event says that the table is there to be read, or to be made on the way */
function columnsOf({ columns, influence }: OutputLineage, isNamed: (table: string) => boolean): SqlColumn[] {
  const of = (targetColumn: string, sources: readonly Source[]) =>
    sources
      .filter(({ table }) => isNamed(table))
      .map(({ table, column, type, subtype, isMasking }) => ({
        ...{ source: table, sourceColumn: column, targetColumn, subtype, isMasking },
        transformation: type === 'DIRECT' ? ('direct' as const) : ('indirect' as const),
      }));
  return [...columns.flatMap(({ name, sources }) => of(name, sources)), ...of(ALL_COLUMNS, influence)];
}

/** What several statements of a text say of one output; nothing where they say nothing. */
function joined(told: readonly SqlOutput[]): SqlOutput[] {
  const [first] = told;
  if (first === undefined) return [];
  const inputs = told.some((one) => one.inputs === null)
    ? null
    : [...new Set(told.flatMap((one) => one.inputs ?? []))].sort();
  const columns = told.flatMap((one) => one.columns);
  if (columns.length === 0 && (inputs === null || inputs.length === 0)) return [];
  return [{ output: first.output, inputs, columns, isExact: told.every(({ isExact }) => isExact) }];
}

function problemsOf(query: string, analyzed: readonly AnalyzedStatement[]): string[] {
  const lineOf = (at: number) => (at < 0 ? '' : `line ${query.slice(0, at).split('\n').length}: `);
  return analyzed
    .flatMap(({ problems }) => problems)
    .slice(0, MAX_PROBLEMS)
    .map(({ code, subject, message, at }) => {
      const said = code === 'unqualified-table' ? `${subject} is not one dataset of the event` : message;
      return `${lineOf(at)}${said} (${code})`;
    });
}
