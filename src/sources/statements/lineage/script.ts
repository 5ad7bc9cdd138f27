import type { Query, TableName } from '../model/query.js';
import type { DefinedColumn, Statement, TransactionChange } from '../model/statement.js';
import { knownTable, openTable, type Rows } from './relation.js';
import type { NameRules } from './scope.js';
import { Transaction } from './transaction.js';

/** The dataset that a name in parts stands for; undefined where that cannot be told. */
export type TableOf = (parts: readonly string[]) => string | undefined;

/** How names of tables become whole, and what names can mean. */
export interface Naming extends NameRules {
  /** Where it is known which datasets there are: tells them apart instead of catalog and schemas. */
  readonly tableOf?: TableOf;
  /** ORDER BY takes columns of the output before those of the input within expressions too, not only as plain names. */
  readonly sortsByOutput: boolean;
  readonly catalog: string | undefined;
  /** Where names without a schema are looked up: one in the first that has such a table, new ones are made in the first. */
  readonly schemas: readonly string[];
  /** Where the engine keeps what it says of itself, for tables that it looks up there first. */
  readonly systemSchemaOf?: (table: string) => string | undefined;
}

/** Columns of tables, in order, by the dataset's name; undefined where nobody told them. */
export type Schemas = (table: string) => readonly DefinedColumn[] | undefined;

/** A table that lives as long as the script: its readers read what went into it. */
export interface TemporaryTable {
  rows: Rows;
  readonly inputs: Set<string>;
}

/** What the statements of one text have done so far to the tables that the next ones name. */
export class Script {
  private readonly columns = new Map<string, readonly DefinedColumn[] | undefined>();
  private readonly temporary = new Map<string, TemporaryTable>();
  private readonly definitions = new Map<string, Query>();

  private catalog: string | undefined;
  private searched: readonly string[];
  /** Where names are looked up again when the transaction ends. */
  private searchedAfterwards: readonly string[] | undefined;
  private readonly transaction = new Transaction();

  constructor(
    readonly naming: Naming,
    private readonly schemas: Schemas,
  ) {
    this.catalog = naming.catalog;
    this.searched = naming.schemas;
  }

  /** What a statement does to the session: where names are looked up, what is forgotten or undone. Most do nothing to it. */
  followSession(statement: Statement): void {
    if (statement.kind === 'use') this.use(statement.catalog, statement.schemas, statement.isLocal);
    if (statement.kind === 'transaction') this.followTransaction(statement.change);
    if (statement.kind === 'discard') this.discard(statement.what);
  }

  /** Looks names without a schema up elsewhere from now on. @param schemas none for where they were looked up at first */
  private use(catalog: string | undefined, schemas: readonly string[], isLocal = false): void {
    const { catalog: catalogBefore, searched, searchedAfterwards } = this;
    this.transaction.changed(() => {
      this.catalog = catalogBefore;
      this.searched = searched;
      this.searchedAfterwards = searchedAfterwards;
    });
    this.catalog = catalog ?? this.catalog;
    this.searchedAfterwards = isLocal ? (this.searchedAfterwards ?? this.searched) : undefined;
    this.searched = schemas.length === 0 ? this.naming.schemas : schemas;
  }

  /** What the statements before have done ends with their transaction, or is undone with it. */
  private followTransaction(change: TransactionChange): void {
    this.transaction.follow(change);
    if (change.does !== 'commit' && change.does !== 'rollback') return;
    this.searched = this.searchedAfterwards ?? this.searched;
    this.searchedAfterwards = undefined;
  }

  /** @param undo is called when what was done last is rolled back */
  onRollback(undo: () => void): void {
    this.transaction.changed(undo);
  }

  private discard(what: 'all' | 'temporary'): void {
    for (const name of [...this.temporary.keys()]) this.forget(this.temporary, name);
    if (what === 'all') this.use(undefined, []);
  }

  /** Whether a name without a schema may stand for tables of several schemas. */
  isDoubtful({ parts }: TableName): boolean {
    if (this.naming.tableOf !== undefined) return false;
    const [table] = parts;
    if (parts.length !== 1 || this.searched.length < 2 || this.naming.systemSchemaOf?.(table!) !== undefined)
      return false;
    return !this.searched.some((schema) => this.isKnown(this.join([schema, table!])));
  }

  /** The dataset's name, `catalog.schema.table`; undefined when a part is not known. */
  nameOf({ parts }: TableName): string | undefined {
    if (this.naming.tableOf !== undefined) return this.naming.tableOf(parts);
    const [table] = parts;
    if (table === undefined || parts.length > 3) return undefined;
    if (parts.length > 1) return this.join(parts);
    const system = this.naming.systemSchemaOf?.(table);
    if (system !== undefined) return this.join([system, table]);
    const known = this.searched.find((schema) => this.isKnown(this.join([schema, table])));
    const schema = known ?? this.searched[0];
    return schema === undefined ? undefined : this.join([schema, table]);
  }

  /** All datasets that a name may turn out to be. */
  candidatesOf(table: TableName): string[] {
    const names =
      table.parts.length === 1 ? this.searched.map((schema) => this.join([schema, ...table.parts])) : [];
    return [this.nameOf(table), ...names].filter((name) => name !== undefined);
  }

  /** The name of a table that is made. */
  newNameOf(table: TableName): string | undefined {
    const [schema] = this.searched;
    const isInFirst = table.parts.length === 1 && this.naming.tableOf === undefined;
    return isInFirst && schema !== undefined ? this.join([schema, ...table.parts]) : this.nameOf(table);
  }

  /** The whole name in parts, as far as it is known: what columns of the table can be qualified with. */
  pathOf({ parts }: TableName): readonly string[] {
    if (this.naming.tableOf !== undefined) return this.naming.tableOf(parts)?.split('.') ?? parts;
    const before = [this.catalog, this.searched[0]].slice(0, Math.max(0, 3 - parts.length));
    return [...before.filter((part) => part !== undefined), ...parts];
  }

  private join(parts: readonly string[]): string | undefined {
    const whole = parts.length === 3 ? parts : [this.catalog, ...parts];
    return whole.every((part) => part !== undefined && part !== '') ? whole.join('.') : undefined;
  }

  private isKnown(table: string | undefined): boolean {
    return table !== undefined && (this.columns.has(table) || this.schemas(table) !== undefined);
  }

  /** What a table without a schema before its name may be before all others. */
  temporaryTable({ parts }: TableName): TemporaryTable | undefined {
    return parts.length === 1 ? this.temporary.get(parts[0]!) : undefined;
  }

  /** The same, for who changes its rows: ROLLBACK gives it those of now again. What it was filled from meanwhile stays among its inputs. */
  temporaryToChange(table: TableName): TemporaryTable | undefined {
    const temporary = this.temporaryTable(table);
    if (temporary === undefined) return undefined;
    const { rows } = temporary;
    this.transaction.changed(() => (temporary.rows = rows));
    return temporary;
  }

  columnsOf(table: string): readonly DefinedColumn[] | undefined {
    return this.columns.has(table) ? this.columns.get(table) : this.schemas(table);
  }

  rowsOf(table: string): Rows {
    const columns = this.columnsOf(table);
    return columns === undefined
      ? openTable(table)
      : knownTable(
          table,
          columns.map(({ name }) => name),
        );
  }

  /** A statement has made a table, or changed its columns; undefined when it cannot be told to what. */
  define(table: string, columns: readonly DefinedColumn[] | undefined): void {
    this.put(this.columns, table, columns);
  }

  /** Remembers what a materialized view is refreshed with. */
  defineView(name: string, query: Query): void {
    this.put(this.definitions, name, query);
  }

  definitionOf(name: string): Query | undefined {
    return this.definitions.get(name);
  }

  defineTemporary(name: string, table: TemporaryTable): void {
    this.put(this.temporary, name, table);
  }

  /** @returns whether it was a temporary table */
  forgetTemporary(table: TableName): boolean {
    return table.parts.length === 1 && this.forget(this.temporary, table.parts[0]!);
  }

  private put<T>(all: Map<string, T>, name: string, value: T): void {
    this.remember(all, name);
    all.set(name, value);
  }

  private forget<T>(all: Map<string, T>, name: string): boolean {
    this.remember(all, name);
    return all.delete(name);
  }

  private remember<T>(all: Map<string, T>, name: string): void {
    const [isThere, value] = [all.has(name), all.get(name)!];
    this.transaction.changed(() => void (isThere ? all.set(name, value) : all.delete(name)));
  }
}
