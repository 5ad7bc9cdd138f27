import type { SqlAnswer, SqlQuestion } from '../../lineage/index.js';

type SqlTable = SqlQuestion['inputs'][number];

/** A question in small letters, and its answer in the letters of the event. */
interface FoldedQuestion {
  readonly question: SqlQuestion;
  readonly unfold: (answer: SqlAnswer) => SqlAnswer;
}

/** Engines whose SQL is read as far as it is common fold names in several ways; none of them matter where no names differ in case alone. */
export function foldedQuestion(question: SqlQuestion): FoldedQuestion | undefined {
  const tables = new Map<string, { readonly name: string; readonly columns: ReadonlyMap<string, string> }>();
  const folded = (table: SqlTable): SqlTable => {
    const columns = new Map((table.columns ?? []).map((column) => [column.toLowerCase(), column]));
    const name = table.name.toLowerCase();
    if (!tables.has(name)) tables.set(name, { name: table.name, columns });
    return { name, ...(table.columns === undefined ? {} : { columns: [...columns.keys()] }) };
  };
  const [inputs, outputs] = [question.inputs.map(folded), question.outputs.map(folded)];
  const given = [...question.inputs, ...question.outputs];
  const isOne = given.every(({ name, columns }) => {
    const known = tables.get(name.toLowerCase())!;
    return known.name === name && known.columns.size === (columns?.length ?? 0);
  });
  if (!isOne) return undefined;
  const tableOf = (name: string) => tables.get(name)!;
  const columnOf = (table: string, column: string) => tableOf(table).columns.get(column) ?? column;
  return {
    question: { ...question, inputs, outputs },
    unfold: (answer) => ({
      ...answer,
      outputs: answer.outputs.map(({ output, inputs: read, columns, isExact }) => ({
        output: tableOf(output).name,
        inputs: read && read.map((name) => tableOf(name).name),
        columns: columns.map((one) => ({
          ...one,
          source: tableOf(one.source).name,
          sourceColumn: columnOf(one.source, one.sourceColumn),
          targetColumn: columnOf(output, one.targetColumn),
        })),
        isExact,
      })),
    }),
  };
}

/** Whether nothing of an answer is left open, and all that is written is there. */
export function isWhole({ outputs, problems }: SqlAnswer, question: SqlQuestion): boolean {
  const columnsOf = new Map(question.outputs.map(({ name, columns }) => [name, new Set(columns)]));
  return (
    problems.length === 0 &&
    outputs.every(
      ({ output, isExact, columns }) =>
        isExact &&
        columns.every(({ targetColumn }) => targetColumn === '*' || columnsOf.get(output)!.has(targetColumn)),
    )
  );
}
