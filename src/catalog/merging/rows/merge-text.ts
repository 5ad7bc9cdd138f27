import type { RowConflict } from '../../versions/index.js';
import type { Choice } from './cells.js';
import { CsvTable } from './csv-table.js';
import { JsonTable } from './json-table.js';
import { KEEP, MAX_CONFLICTS, planRows, type RowPlan, type RowStrategy } from './row-plan.js';
import { ofSide, TableFault, type RowTable } from './row-table.js';
import { writeCsv, writeJson, type Sink } from './row-writer.js';

/** How the rows of a file are told apart: by a key, or not at all where both sides may only append. */
export type RowRule = { readonly key: readonly string[] } | { readonly append: true };

export type TextFormat = 'csv' | 'json' | 'jsonl';

/** Three versions of one file. */
export interface ThreeSides<T> {
  /** Absent when both sides added the file. */
  readonly base?: T;
  readonly ours: T;
  readonly theirs: T;
}

/** What came of the rows of one file. */
export type RowsOutcome =
  | {
      readonly kind: 'merged';
      /** Rows of theirs that ours did not have: changed, added or removed. With none the result is ours. */
      readonly taken: number;
    }
  | {
      readonly kind: 'row-conflict';
      /** At most 100. */
      readonly rows: readonly RowConflict[];
      readonly total: number;
    }
  | { readonly kind: 'schema-conflict'; readonly reason: string }
  /** The file cannot be merged by rows; the reason is a sentence. */
  | { readonly kind: 'unfit'; readonly reason: string };

/** Merges three versions of a text file by rows. Never throws for what is in the files. */
export function mergeText(
  format: TextFormat,
  files: ThreeSides<Buffer>,
  rule: RowRule,
  strategy: RowStrategy | undefined,
  sink: Sink,
): RowsOutcome {
  try {
    if (format === 'csv') {
      const ours = ofSide('ours', () => new CsvTable(files.ours));
      const read = (file: Buffer): CsvTable => new CsvTable(file, ours.delimiter);
      const tables = sidesOf(files, ours, read);
      return merge(tables, rule, strategy, (plan, choice) => writeCsv(tables, plan, choice, sink));
    }
    const read = (file: Buffer): JsonTable => new JsonTable(file, format);
    const tables = sidesOf(
      files,
      ofSide('ours', () => read(files.ours)),
      read,
    );
    return merge(tables, rule, strategy, (plan, choice) => writeJson(tables, plan, choice, sink));
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    return { kind: 'unfit', reason: error.message };
  }
}

function sidesOf<T>({ base, theirs }: ThreeSides<Buffer>, ours: T, read: (file: Buffer) => T): ThreeSides<T> {
  return {
    ...(base !== undefined && { base: ofSide('base', () => read(base)) }),
    ours,
    theirs: ofSide('theirs', () => read(theirs)),
  };
}

function merge<T extends RowTable>(
  tables: ThreeSides<T>,
  rule: RowRule,
  strategy: RowStrategy | undefined,
  write: (plan: RowPlan, choice: Choice) => void,
): RowsOutcome {
  const three = { base: tables.base, ours: tables.ours, theirs: tables.theirs };
  if ('append' in rule) {
    const plan = planAppend(three);
    write(plan, { strategy, decided: new Set() });
    return { kind: 'merged', taken: plan.taken };
  }
  checkKey(three, rule.key);
  const undecided = { strategy, decided: new Set<string>() };
  let plan = planRows(three, rule.key, undecided);
  const decided = new Set([...plan.conflictColumns].filter((name) => isRemoved(three, name)));
  if (strategy === undefined) {
    if (decided.size > 0) return { kind: 'schema-conflict', reason: removedAndChanged(three, decided) };
    if (plan.conflictCount > 0)
      return {
        kind: 'row-conflict',
        rows: plan.conflicts.slice(0, MAX_CONFLICTS),
        total: plan.conflictCount,
      };
  }
  const choice = { strategy, decided };
  if (decided.size > 0) plan = planRows(three, rule.key, choice);
  write(plan, choice);
  return { kind: 'merged', taken: Math.max(plan.taken, hasOtherColumns(three) ? 1 : 0) };
}

interface Tables {
  readonly base: RowTable | undefined;
  readonly ours: RowTable;
  readonly theirs: RowTable;
}

function checkKey(tables: Tables, key: readonly string[]): void {
  for (const [side, table] of Object.entries(tables) as [string, RowTable | undefined][]) {
    const missing = table?.columns && key.find((name) => !table.columns!.includes(name));
    if (missing !== undefined)
      throw new TableFault(`${side} has no column ${JSON.stringify(missing)}, which the key needs`);
  }
}

/** A column of the base that one side alone kept. */
function isRemoved({ base, ours, theirs }: Tables, name: string): boolean {
  if (base?.columns?.includes(name) !== true) return false;
  return ours.columns!.includes(name) !== theirs.columns!.includes(name);
}

function removedAndChanged({ ours }: Tables, names: ReadonlySet<string>): string {
  const told = [...names].slice(0, 10).map((name) => {
    const remover = ours.columns!.includes(name) ? 'theirs' : 'ours';
    return `column ${JSON.stringify(name)} was removed by ${remover} and changed by ${remover === 'ours' ? 'theirs' : 'ours'}`;
  });
  return told.join('; ');
}

function hasOtherColumns({ ours, theirs }: Tables): boolean {
  return ours.columns?.join('\0') !== theirs.columns?.join('\0');
}

/** Without a key: both sides have the rows of the base, in its order and as they were, and more behind them. */
function planAppend({ base, ours, theirs }: Tables): RowPlan {
  const known = base?.size ?? 0;
  for (const [side, table] of [
    ['ours', ours],
    ['theirs', theirs],
  ] as const) {
    if (
      ours.columns?.join('\0') !== table.columns?.join('\0') ||
      (base && base.columns?.join('\0') !== table.columns?.join('\0'))
    )
      throw new TableFault(`${side} has other columns, so it did not only append`);
    for (let row = 0; row < known; row += 1) {
      if (row >= table.size || !table.bytes(row).equals(base!.bytes(row)))
        throw new TableFault(`${side} changed row ${row + 1}, so it did not only append`);
    }
  }
  const appended: number[] = [];
  for (let row = known; row < theirs.size; row += 1) appended.push(row);
  return {
    ...{
      actions: new Int32Array(ours.size).fill(KEEP),
      origins: new Int32Array(ours.size).fill(-1),
      appended,
    },
    ...{ conflicts: [], conflictCount: 0, conflictColumns: new Set(), taken: appended.length },
  };
}
