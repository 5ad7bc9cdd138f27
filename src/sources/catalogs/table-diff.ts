import type { ExternalColumn, ExternalTable } from './catalog-connector.js';

/** How a table differs from what was known of it. JSON, kept as it is. */
export interface TableDiff {
  readonly type: 'added' | 'changed' | 'removed';
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
  readonly changedColumns: readonly {
    readonly name: string;
    readonly before: string;
    readonly after: string;
  }[];
  readonly isDescriptionChanged: boolean;
  readonly isContentChanged: boolean;
}

/** What is compared. */
export type KnownTable = Pick<ExternalTable, 'columns' | 'description' | 'contentVersion'>;

/**
 * @param before undefined when the table was not known, or was removed
 * @returns undefined when nothing changed
 */
export function diffTables(before: KnownTable | undefined, after: KnownTable): TableDiff | undefined {
  if (before === undefined)
    return { ...NOTHING, type: 'added', addedColumns: after.columns.map(({ name }) => name) };
  const old = new Map(before.columns.map((column) => [column.name, column]));
  const now = new Map(after.columns.map((column) => [column.name, column]));
  const diff: TableDiff = {
    type: 'changed',
    addedColumns: [...now.keys()].filter((name) => !old.has(name)),
    removedColumns: [...old.keys()].filter((name) => !now.has(name)),
    changedColumns: [...now.values()].flatMap((column) => {
      const was = old.get(column.name);
      if (was === undefined || textOf(was) === textOf(column)) return [];
      return [{ name: column.name, before: textOf(was), after: textOf(column) }];
    }),
    isDescriptionChanged:
      before.description !== after.description ||
      after.columns.some(
        ({ name, description }) => old.has(name) && old.get(name)!.description !== description,
      ),
    isContentChanged: before.contentVersion !== after.contentVersion,
  };
  const isSame = !isSchemaChange(diff) && !diff.isDescriptionChanged && !diff.isContentChanged;
  return isSame ? undefined : diff;
}

/** A table that is there no longer. */
export function removalOf(before: KnownTable): TableDiff {
  return { ...NOTHING, type: 'removed', removedColumns: before.columns.map(({ name }) => name) };
}

/** Whether columns came, went or changed. */
export function isSchemaChange({ addedColumns, removedColumns, changedColumns }: TableDiff): boolean {
  return addedColumns.length + removedColumns.length + changedColumns.length > 0;
}

const NOTHING = {
  ...{ addedColumns: [], removedColumns: [], changedColumns: [] },
  ...{ isDescriptionChanged: false, isContentChanged: false },
} as const;

function textOf({ type, nullable }: ExternalColumn): string {
  return nullable ? type : `${type} NOT NULL`;
}
