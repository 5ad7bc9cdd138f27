import type { Query, TableName } from '../model/query.js';
import { knownTable, openTable, type Rows } from './relation.js';
import type { NameRules } from './scope.js';

/** How names of tables become whole, and what names can mean. */
export interface Naming extends NameRules {
  /** ORDER BY takes columns of the output before those of the input within expressions too, not only as plain names. */
  readonly sortsByOutput: boolean;
  readonly catalog: string | undefined;
  readonly schema: string | undefined;
  /** Where the engine keeps what it says of itself, for tables that it looks up there first. */
  readonly systemSchemaOf?: (table: string) => string | undefined;
}

/** Columns of tables, in order, by the dataset's name; undefined where nobody told them. */
export type Schemas = (table: string) => readonly string[] | undefined;

/** A table that lives as long as the script: its readers read what went into it. */
export interface TemporaryTable {
  rows: Rows;
  readonly inputs: Set<string>;
}

/** What the statements of one text have done so far to the tables that the next ones name. */
export class Script {
  private readonly columns = new Map<string, readonly string[] | undefined>();
  private readonly temporary = new Map<string, TemporaryTable>();
  private readonly definitions = new Map<string, Query>();

  constructor(
    readonly naming: Naming,
    private readonly schemas: Schemas,
  ) {}

  /** The dataset's name, `catalog.schema.table`; undefined when a part is not known. */
  nameOf({ parts }: TableName): string | undefined {
    const { catalog, schema, systemSchemaOf } = this.naming;
    const [table, inSchema, inCatalog] = [...parts].reverse();
    if (table === undefined || parts.length > 3) return undefined;
    const whole = [
      inCatalog ?? catalog,
      inSchema ?? (parts.length === 1 ? systemSchemaOf?.(table) : undefined) ?? schema,
      table,
    ];
    return whole.every((part) => part !== undefined && part !== '') ? whole.join('.') : undefined;
  }

  /** The whole name in parts, as far as it is known: what columns of the table can be qualified with. */
  pathOf({ parts }: TableName): readonly string[] {
    const { catalog, schema } = this.naming;
    const before = [catalog, schema].slice(0, Math.max(0, 3 - parts.length));
    return [...before.filter((part) => part !== undefined), ...parts];
  }

  /** What a table without a schema before its name may be before all others. */
  temporaryTable({ parts }: TableName): TemporaryTable | undefined {
    return parts.length === 1 ? this.temporary.get(parts[0]!) : undefined;
  }

  columnsOf(table: string): readonly string[] | undefined {
    return this.columns.has(table) ? this.columns.get(table) : this.schemas(table);
  }

  rowsOf(table: string): Rows {
    const columns = this.columnsOf(table);
    return columns === undefined ? openTable(table) : knownTable(table, columns);
  }

  /** A statement has made a table, or changed its columns; undefined when it cannot be told to what. */
  define(table: string, columns: readonly string[] | undefined): void {
    this.columns.set(table, columns);
  }

  /** Remembers what a materialized view is refreshed with. */
  defineView(name: string, query: Query): void {
    this.definitions.set(name, query);
  }

  definitionOf(name: string): Query | undefined {
    return this.definitions.get(name);
  }

  defineTemporary(name: string, table: TemporaryTable): void {
    this.temporary.set(name, table);
  }

  /** @returns whether it was a temporary table */
  forgetTemporary(table: TableName): boolean {
    return table.parts.length === 1 && this.temporary.delete(table.parts[0]!);
  }
}
