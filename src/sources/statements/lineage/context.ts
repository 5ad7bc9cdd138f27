import type { Offset } from '../model/expression.js';
import { problem } from '../model/problems.js';
import type { Query, TableName } from '../model/query.js';
import type { DefinedColumn, Lifecycle, Problem, ProblemCode, Statement } from '../model/statement.js';
import { anyColumns, type Entry, openLabelsOf, type Rows } from './relation.js';
import type { Scope } from './scope.js';
import type { Script, TemporaryTable } from './script.js';
import { Sources } from './sources.js';

/** Units of work that one statement may take: about a second. */
const MAX_WORK = 3_000_000;

/** A table that has no whole name: it is no dataset, and its columns follow from nothing that is known. */
export const NAMELESS: Rows = { entries: [anyColumns('', Sources.NONE)], influence: Sources.NONE };

/** A statement would take too long: stars over stars, unions over unions. */
export class TooMuchWorkError extends Error {}

/** What a statement writes to one table. */
export interface Output {
  readonly columns: Map<string, Sources>;
  influence: Sources;
  lifecycle?: Lifecycle;
  /** The name that it had before a RENAME. */
  previousName?: string;
  /** Its columns, where the statement makes them; null when they were known and are no longer. */
  schema?: readonly DefinedColumn[] | null;
}

/** Named queries that can be seen from a place, the innermost first. */
export interface Names {
  readonly queries: ReadonlyMap<string, () => Rows>;
  readonly outer?: Names;
}

export const NO_NAMES: Names = { queries: new Map() };

/** The work on one statement: what it read, wrote and could not tell. */
export class Context {
  readonly inputs = new Set<string>();
  readonly outputs = new Map<string, Output>();
  readonly files = new Set<string>();
  readonly problems: Problem[] = [];
  /** What names tables without reading them: named queries that nothing reads, and LIKE. */
  readonly unread = new Set<Query | Statement>();
  /** What a statement that only reads gives. */
  result: Rows | undefined;
  private work = 0;

  /** @param query resolves a query within a scope; handed in, because expressions hold queries and queries hold expressions */
  constructor(
    readonly script: Script,
    readonly query: (query: Query, outer: Scope | undefined, names: Names) => Rows,
    private readonly maxWork = MAX_WORK,
  ) {}

  /** @throws {TooMuchWorkError} */
  spend(units: number): void {
    this.work += units;
    if (this.work > this.maxWork) throw new TooMuchWorkError();
  }

  tell(code: ProblemCode, subject: string, at: Offset): void {
    if (!this.problems.some((known) => known.code === code && known.subject === subject))
      this.problems.push(problem(code, subject, at));
  }

  /** Says that columns are needed whose names or number are not known. */
  tellOpen(entries: readonly Entry[], at: Offset): void {
    for (const label of openLabelsOf(entries)) this.tell('unknown-columns', label, at);
  }

  /** The dataset that a table is, or undefined with a problem told. @param isNew whether the statement makes it */
  nameOf(table: TableName, isNew = false): string | undefined {
    const name = isNew ? this.script.newNameOf(table) : this.script.nameOf(table);
    if (name !== undefined && (isNew || !this.script.isDoubtful(table))) return name;
    this.tell('unqualified-table', table.parts.join('.'), table.at);
    return undefined;
  }

  /** Reads a table. */
  read(table: TableName): Rows {
    const temporary = this.script.temporaryTable(table);
    if (temporary !== undefined) {
      for (const input of temporary.inputs) this.inputs.add(input);
      return temporary.rows;
    }
    const name = this.nameOf(table);
    if (name === undefined) return NAMELESS;
    this.inputs.add(name);
    return this.script.rowsOf(name);
  }

  /** What is written to a table so far; a temporary table takes it for itself. */
  outputOf(table: TableName): Output | TemporaryTable | undefined {
    const temporary = this.script.temporaryToChange(table);
    if (temporary !== undefined) return temporary;
    const name = this.nameOf(table);
    return name === undefined ? undefined : this.output(name);
  }

  output(name: string): Output {
    const output = this.outputs.get(name) ?? { columns: new Map<string, Sources>(), influence: Sources.NONE };
    this.outputs.set(name, output);
    return output;
  }
}
