import { combine, type Choice } from './cells.js';
import type { CsvTable } from './csv-table.js';
import type { JsonTable } from './json-table.js';
import { DROP, KEEP, type RowPlan } from './row-plan.js';
import type { Cells } from './row-table.js';

/** Takes the bytes of the result, piece by piece. */
export type Sink = (bytes: Uint8Array) => void;

/** What a text file has besides its rows. */
interface Layout {
  readonly head: Buffer;
  /** Between a row of ours and the next one. */
  gapAfter(row: number): Buffer;
  /** Before a row that ours did not have. */
  readonly gap: Buffer;
  readonly tail: Buffer;
  /** Written also when no row is left. */
  readonly isTailFixed: boolean;
}

/** The rows of a plan, made into bytes. */
interface Rows {
  ours(row: number): Uint8Array;
  theirs(row: number): Uint8Array;
  joined(cells: Cells, ours: number, theirs: number): Uint8Array;
}

const NOTHING: Buffer = Buffer.alloc(0);

/** Writes the merged CSV file: dialect, header and line breaks are those of ours, cells as they are written. */
export function writeCsv(
  tables: { readonly base?: CsvTable; readonly ours: CsvTable; readonly theirs: CsvTable },
  plan: RowPlan,
  choice: Choice,
  sink: Sink,
): void {
  const { ours, theirs } = tables;
  const columns = columnsOf(tables.base?.columns, ours.columns, theirs.columns, choice);
  const isAsOurs = same(columns, ours.columns);
  const isAsTheirs = same(columns, theirs.columns) && theirs.delimiter === ours.delimiter;
  const lineEnd = Buffer.from(ours.lineEnd);
  const rawName = (name: string): string => {
    const own = ours.columns.indexOf(name);
    return own >= 0 ? ours.rawColumns[own]! : theirs.rawColumns[theirs.columns.indexOf(name)]!;
  };
  const join = (cells: Cells): Buffer =>
    Buffer.from(columns.map((name) => cells.get(name)?.raw ?? '').join(ours.delimiter), 'latin1');
  const header = isAsOurs
    ? ours.file.subarray(0, ours.headEnd)
    : Buffer.concat([
        ours.file.subarray(0, ours.headStart),
        Buffer.from(columns.map(rawName).join(ours.delimiter), 'latin1'),
      ]);
  const last = ours.size > 0 ? ours.endOf(ours.size - 1) : ours.headEnd;
  const rest = ours.file.subarray(last);
  const layout: Layout = {
    head: Buffer.concat([header, lineEnd]),
    gapAfter: (row) => ours.file.subarray(ours.endOf(row), ours.startOf(row + 1)),
    gap: lineEnd,
    tail: rest,
    isTailFixed: false,
  };
  writeRows(
    { tables, plan, choice, layout, sink },
    {
      ours: (row) => (isAsOurs ? ours.bytes(row) : join(ours.cells(row))),
      theirs: (row) => (isAsTheirs ? theirs.bytes(row) : join(theirs.cells(row))),
      joined: join,
    },
  );
}

/** Writes the merged JSON file: the layout is that of ours, values as they are written. */
export function writeJson(
  tables: { readonly base?: JsonTable; readonly ours: JsonTable; readonly theirs: JsonTable },
  plan: RowPlan,
  choice: Choice,
  sink: Sink,
): void {
  const { ours, theirs } = tables;
  const { file, inside, size, format } = ours;
  const isArray = format === 'json';
  const layout: Layout = {
    head: file.subarray(0, size > 0 ? ours.startOf(0) : inside.start),
    gapAfter: (row) => file.subarray(ours.endOf(row), ours.startOf(row + 1)),
    gap: size > 1 ? file.subarray(ours.endOf(0), ours.startOf(1)) : Buffer.from(isArray ? ',\n' : '\n'),
    tail: file.subarray(size > 0 ? ours.endOf(size - 1) : inside.end),
    isTailFixed: isArray,
  };
  writeRows(
    { tables, plan, choice, layout, sink },
    {
      ours: (row) => ours.bytes(row),
      theirs: (row) => theirs.bytes(row),
      joined: (cells, our, their) => {
        const { names, layout: own } = ours.members(our);
        const others = theirs.members(their).names;
        const members = [...cells].map(([name, { raw }]) => `${names.get(name) ?? others.get(name)!}${raw}`);
        return Buffer.from(`{${own.open}${members.join(own.between)}${own.close}}`);
      },
    },
  );
}

interface Writing {
  readonly tables: {
    readonly base?: CsvTable | JsonTable;
    readonly ours: CsvTable | JsonTable;
    readonly theirs: CsvTable | JsonTable;
  };
  readonly plan: RowPlan;
  readonly choice: Choice;
  readonly layout: Layout;
  readonly sink: Sink;
}

function writeRows({ tables, plan, choice, layout, sink }: Writing, rows: Rows): void {
  const { base, ours, theirs } = tables;
  let gap: Buffer = NOTHING;
  const emit = (bytes: Uint8Array, after: Buffer): void => {
    sink(gap);
    sink(bytes);
    gap = after;
  };
  sink(layout.head);
  for (let row = 0; row < ours.size; row += 1) {
    const action = plan.actions[row]!;
    if (action === DROP) continue;
    const after = row + 1 < ours.size ? layout.gapAfter(row) : layout.gap;
    if (action === KEEP) emit(rows.ours(row), after);
    else {
      const origin = plan.origins[row]!;
      const was = origin < 0 ? undefined : base!.cells(origin);
      emit(
        rows.joined(combine(was, ours.cells(row), theirs.cells(action), choice).cells, row, action),
        after,
      );
    }
  }
  for (const row of plan.appended) emit(rows.theirs(row), layout.gap);
  if (gap !== NOTHING || layout.isTailFixed) sink(layout.tail);
}

/** Those of ours, then what theirs added; without what one side removed. */
function columnsOf(
  base: readonly string[] | undefined,
  ours: readonly string[],
  theirs: readonly string[],
  { decided, strategy }: Choice,
): string[] {
  const isIn = (list: readonly string[]) => {
    const names = new Set(list);
    return (name: string) => names.has(name);
  };
  const [inBase, inOurs, inTheirs] = [isIn(base ?? []), isIn(ours), isIn(theirs)];
  const stays = (name: string, side: 'ours' | 'theirs', isInOther: boolean): boolean =>
    isInOther || !inBase(name) || (decided.has(name) && strategy === side);
  return [
    ...ours.filter((name) => stays(name, 'ours', inTheirs(name))),
    ...theirs.filter((name) => !inOurs(name) && stays(name, 'theirs', false)),
  ];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
